package cases

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
)

// DefaultNamespace is the control namespace of a case: that of clusters, of
// projects, and of everything whose file names none.
const DefaultNamespace = "argocd"

// Setup is an ApplicationSet and all that its expansion may read.
type Setup struct {
	Set      *v1alpha1.ApplicationSet
	Clusters *clusters.Inventory
	Projects Projects
	Git      inputs.Git
	// Questions answers generators that ask others; nil answers none.
	Questions inputs.Answerer
	Options   expand.Options
	// Fleet says that files of clusters were read, be they empty.
	Fleet bool
	// Warnings are what the set says in vain, one line each.
	Warnings []string

	server *server        // nil without an HTTP service
	closed []func() error // see OnClose
}

// Sources are the files of a setup.
type Sources struct {
	// Name of the set's text in messages.
	Name string
	// Namespace is the control namespace; empty means DefaultNamespace.
	Namespace string
	// Clusters are files of cluster Secrets and fairlead.dev Clusters.
	Clusters []string
	// Objects are files of ConfigMaps, Secrets, AppProjects and whatever else
	// generators refer to.
	Objects []string
	// Options are files of Argo CD's options.
	Options []string
	Git     inputs.Git

	dir    string // the case; empty without one
	server *server
}

// Load reads the files of a setup, and the set itself from a text.
func Load(set []byte, from Sources) (*Setup, error) {
	if from.Namespace == "" {
		from.Namespace = DefaultNamespace
	}
	if err := from.checkTwice(); err != nil {
		return nil, err
	}
	s := &Setup{Git: from.Git, Fleet: len(from.Clusters) > 0, server: from.server}
	var err error
	if s.Set, s.Warnings, err = decodeSet(from.server.fill(set), from.Namespace); err != nil {
		return nil, fmt.Errorf("%s: %w", from.Name, err)
	}
	if s.Clusters, err = from.readClusters(); err != nil {
		return nil, err
	}
	if s.Options, err = from.readOptions(); err != nil {
		return nil, err
	}
	objects, err := from.readObjects()
	if err != nil {
		return nil, err
	}
	if s.Projects, err = readProjects(objects, from.Namespace); err != nil {
		return nil, err
	}
	s.Questions = answerer(objects, from.Namespace, from.server)
	return s, nil
}

// Expand gathers what the set asks for and expands it. The error, if any, is
// of an input; a generator that fails is in the Result.
func (s *Setup) Expand(ctx context.Context) (expand.Result, error) {
	return s.ExpandSet(ctx, s.Set)
}

// ExpandSet is Expand for another set, over the same inputs.
func (s *Setup) ExpandSet(ctx context.Context, set *v1alpha1.ApplicationSet) (expand.Result, error) {
	return inputs.Gather(ctx, set, expand.Inputs{Clusters: s.Clusters},
		inputs.Providers{Git: s.Projects.guard(set, s.Git), Questions: s.Questions},
		inputs.Options{Expand: s.Options})
}

// OnClose adds what Close does.
func (s *Setup) OnClose(do func() error) { s.closed = append(s.closed, do) }

// Close ends the HTTP service, if there is one, and what OnClose added.
func (s *Setup) Close() error {
	errs := []error{s.server.close()}
	for _, do := range s.closed {
		errs = append(errs, do())
	}
	return errors.Join(errs...)
}

// The files of a folder; only the first must be there.
const (
	setFile      = "appset.yaml"
	clustersFile = "clusters.yaml"
	objectsFile  = "objects.yaml"
	optionsFile  = "options.yaml"
)

// Open reads the inputs of a folder, and those of other files with them; their
// Name and Git count for nothing. Close the Setup after use.
func Open(dir string, also Sources) (*Setup, error) {
	s, err := openFolder(dir, also)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return s, nil
}

// openFolder is Open, with errors that name files as the folder does.
func openFolder(dir string, also Sources) (*Setup, error) {
	served, err := serve(dir)
	if err != nil {
		return nil, err
	}
	s, err := open(dir, also, served)
	if err != nil {
		return nil, errors.Join(err, served.close())
	}
	return s, nil
}

func open(dir string, also Sources, served *server) (*Setup, error) {
	text, err := os.ReadFile(filepath.Join(dir, setFile))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setFile, withoutPath(err))
	}
	repositories, err := openFolders(dir)
	if err != nil {
		return nil, err
	}
	return Load(text, Sources{
		Name:      setFile,
		dir:       dir,
		Namespace: also.Namespace,
		Clusters:  append(present(dir, clustersFile), also.Clusters...),
		Objects:   append(present(dir, objectsFile), also.Objects...),
		Options:   append(present(dir, optionsFile), also.Options...),
		Git:       repositories,
		server:    served,
	})
}

// present is the file if the folder has it.
func present(dir, name string) []string {
	file := filepath.Join(dir, name)
	if _, err := os.Stat(file); err != nil {
		return nil
	}
	return []string{file}
}
