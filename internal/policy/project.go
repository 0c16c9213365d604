package policy

import (
	"cmp"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Projects finds an AppProject of the control namespace by its name.
type Projects func(name string) (*v1alpha1.AppProject, bool)

// CheckProject says whether the project that a spec names exists. A spec
// without one belongs to the project default.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/
func CheckProject(spec *v1alpha1.ApplicationSpec, projects Projects) error {
	name := cmp.Or(spec.Project, v1alpha1.DefaultAppProjectName)
	if _, ok := projects(name); !ok {
		return fmt.Errorf("application references project %s which does not exist", name)
	}
	return nil
}
