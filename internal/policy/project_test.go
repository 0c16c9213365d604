package policy_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

func TestCheckProject(t *testing.T) {
	known := func(name string) (*v1alpha1.AppProject, bool) {
		return &v1alpha1.AppProject{}, name == "default" || name == "edge"
	}
	for project, want := range map[string]string{
		"":     "", // means default
		"edge": "",
		"Edge": "project Edge which does not exist",
		"core": "project core which does not exist",
	} {
		err := policy.CheckProject(&v1alpha1.ApplicationSpec{Project: project}, known)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("project %q: got %v, want %q", project, err, want)
		}
	}
}
