package cases

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/policy"
)

// Class says what is wrong with an Application.
type Class string

// What validation finds, in Argo CD's words.
const (
	ClassDuplicate   Class = "duplicate"
	ClassDestination Class = "destination"
	ClassProject     Class = "project"
)

// Finding is one Application that does not validate.
type Finding struct {
	// Application is NAMESPACE/NAME.
	Application string
	Class       Class
	Message     string
}

// String is a line of expected-validation.txt.
func (f Finding) String() string { return f.Application + ": " + f.Message }

// Validate checks what a set makes the way Argo CD's controller does: no name
// twice, then the project exists, then the destination means one cluster. An
// Application has at most one finding. Sorted by Application.
//
// Source: https://github.com/argoproj/argo-cd, validateGeneratedApplications
// of the ApplicationSet controller.
func (s *Setup) Validate(result expand.Result) []Finding {
	var out []Finding
	for _, d := range result.Duplicates {
		out = append(out, Finding{qualified(&d.Applications[0]), ClassDuplicate,
			fmt.Sprintf("ApplicationSet %s contains applications with duplicate name: %s", s.Set.Name, d.Name)})
	}
	servers := newServers(s.Clusters.All())
	for i := range result.Applications {
		app := &result.Applications[i]
		if err := policy.CheckProject(&app.Spec, s.Projects.Find); err != nil {
			out = append(out, Finding{qualified(app), ClassProject, err.Error()})
			continue
		}
		if err := servers.check(app.Spec.Destination); err != nil {
			out = append(out, Finding{qualified(app), ClassDestination, "application destination spec is invalid: " + err.Error()})
		}
	}
	slices.SortFunc(out, func(a, b Finding) int { return cmp.Compare(a.Application, b.Application) })
	return out
}

func qualified(app *v1alpha1.Application) string { return app.Namespace + "/" + app.Name }

// servers are the addresses of a fleet, without trailing slashes, and its
// names.
type servers struct{ known, names map[string]bool }

func newServers(fleet []clusters.Cluster) servers {
	s := servers{map[string]bool{v1alpha1.KubernetesInternalAPIServerAddr: true}, map[string]bool{v1alpha1.KubernetesInClusterName: true}}
	for i := range fleet {
		s.known[fleetv1alpha1.ServerKey(fleet[i].Server)] = true
		s.names[fleet[i].Name] = true
	}
	return s
}

func (s servers) check(to v1alpha1.ApplicationDestination) error {
	switch {
	case to.Name != "" && to.Server != "":
		return fmt.Errorf("application destination can't have both name and server defined: %s %s", to.Name, to.Server)
	case to.Server != "" && !s.known[fleetv1alpha1.ServerKey(to.Server)]:
		return fmt.Errorf("no cluster has the server %q", to.Server)
	case to.Name != "" && !s.names[to.Name]:
		return fmt.Errorf("there are no clusters with this name: %s", to.Name)
	case to.Name == "" && to.Server == "":
		return errors.New("destination server missing from app spec")
	}
	return nil
}
