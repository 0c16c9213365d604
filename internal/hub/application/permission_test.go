package application

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestWhatAProjectForbidsIsNeitherAssignedNorReleased(t *testing.T) {
	forbidden := good
	forbidden.Forbidden = "application web: project ai: spec.sourceRepos: no"
	missing := good
	missing.ProjectFound = false
	for _, tc := range []struct {
		name  string
		app   *v1alpha1.Application
		facts Facts
	}{
		{"never delivered", anApplication(), forbidden},
		{"delivered there", anApplication(deliveredAt("one")), forbidden},
		{"delivered elsewhere", anApplication(deliveredAt("zero")), forbidden},
		{"delivered elsewhere, and no project", anApplication(deliveredAt("zero")), missing},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := Decide(tc.app, tc.facts)
			if d.Cluster != "" || d.ReleaseAt != "" {
				t.Errorf("assigned to %q, released at %q, want neither", d.Cluster, d.ReleaseAt)
			}
			for _, c := range d.Conditions {
				if c.Type != v1alpha1.ApplicationConditionInvalidSpecError || !strings.Contains(c.Message, "roject") {
					t.Errorf("condition %+v", c)
				}
			}
			if len(d.Conditions) != 1 {
				t.Errorf("%d conditions, want 1: %+v", len(d.Conditions), d.Conditions)
			}
		})
	}
}
