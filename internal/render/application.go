package render

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
)

// Application is all sources of one Application, with their content at hand.
type Application struct {
	// Name is the Application's: the Helm release name unless a source sets
	// one.
	Name string
	// Namespace is the destination namespace.
	Namespace string
	// Project is the Application's project, for ARGOCD_APP_PROJECT_NAME.
	Project string
	Sources []Source
	// KubeVersion and APIVersions describe the destination: see [Request].
	KubeVersion string
	APIVersions []string
	// Limits bound all sources together, but for Timeout, which each has for
	// itself. Zero fields take the defaults.
	Limits Limits
}

// Source is one source and its content.
type Source struct {
	v1alpha1.ApplicationSource
	// Tree is the whole repository at one revision, or the content of a chart.
	Tree fs.FS
	// Revision is the resolved commit or version.
	Revision string
	// RemoteFiles are the contents of the value files that are URLs, by URL.
	RemoteFiles map[string][]byte
}

// Objects are what an Application renders to.
type Objects struct {
	// List holds the objects of the first source, then of the next.
	List []*unstructured.Unstructured
	// SourceTypes says which renderer ran for each source; "" for a source
	// that only holds value files.
	SourceTypes []v1alpha1.ApplicationSourceType
	// Warnings are worth showing, and stop nothing.
	Warnings []string
}

// refName is what a ref may be, as in Argo CD.
var refName = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)

// All renders every source of an Application. It returns all objects or an
// error, which names the source where there are several.
//
// The agent and the command line call this one function. A source with a ref
// and neither path nor chart gives value files to the others and no objects:
// https://argo-cd.readthedocs.io/en/stable/user-guide/multiple_sources/
func All(ctx context.Context, app Application) (*Objects, error) {
	refs, err := refsOf(app.Sources)
	if err != nil {
		return nil, err
	}
	out := &Objects{}
	most := app.Limits.withDefaults()
	left, weight := most, 0
	for i := range app.Sources {
		s := &app.Sources[i]
		if len(app.Sources) > 1 && s.holdsFilesOnly() {
			out.SourceTypes = append(out.SourceTypes, "")
			continue
		}
		result, err := Render(ctx, app.request(s, refs, left))
		if err != nil {
			return nil, InSource(i, len(app.Sources), err)
		}
		out.List = append(out.List, result.Objects...)
		out.SourceTypes = append(out.SourceTypes, result.SourceType)
		out.Warnings = append(out.Warnings, result.Warnings...)
		weight += result.Bytes
		if len(out.List) > most.Objects || weight > most.Bytes {
			return nil, InSource(i, len(app.Sources), fmt.Errorf("the sources together give more than %d objects or %d bytes; split the application", most.Objects, most.Bytes))
		}
		// At least 1 each: 0 would mean the default.
		left.Objects, left.Bytes = max(1, most.Objects-len(out.List)), max(1, most.Bytes-weight)
	}
	return out, nil
}

// InSource says which of n sources an error is of, where there are several.
// i counts from 0, the message from 1.
func InSource(i, n int, err error) error {
	if n == 1 {
		return err
	}
	return fmt.Errorf("source %d: %w", i+1, err)
}

func (app *Application) request(s *Source, refs map[string]fs.FS, limits Limits) Request {
	return Request{
		Tree: s.Tree, Source: s.ApplicationSource, Name: app.Name, Namespace: app.Namespace,
		KubeVersion: app.KubeVersion, APIVersions: app.APIVersions, Revision: s.Revision,
		Env:  map[string]string{"ARGOCD_APP_PROJECT_NAME": app.Project},
		Refs: refs, RemoteFiles: s.RemoteFiles, Limits: limits,
	}
}

// holdsFilesOnly tells whether a source is there for the sake of its ref.
func (s *Source) holdsFilesOnly() bool {
	return s.IsRef() && s.Path == "" && !s.IsHelm() && !s.IsOCI()
}

// refsOf are the trees that value files of the form $ref/path reach into.
func refsOf(sources []Source) (map[string]fs.FS, error) {
	refs, holder := map[string]fs.FS{}, map[string]int{}
	for i := range sources {
		s := &sources[i]
		if !s.IsRef() {
			continue
		}
		if !refName.MatchString(s.Ref) {
			return nil, fmt.Errorf("source %d: ref %q may have letters, digits, '-' and '_' only", i+1, s.Ref)
		}
		if first, taken := holder[s.Ref]; taken {
			return nil, fmt.Errorf("sources %d and %d have the same ref %q; name one of them otherwise", first+1, i+1, s.Ref)
		}
		refs[s.Ref], holder[s.Ref] = s.Tree, i
	}
	return refs, nil
}

// RemoteFiles are the URLs among a source's value files and file parameters,
// for [Source.RemoteFiles]: somebody else downloads them.
func (app *Application) RemoteFiles(i int) []string {
	s := &app.Sources[i]
	return buildenv.RemoteFiles(s.ApplicationSource, buildenv.Expander(Environ(app.request(s, nil, Limits{}))))
}
