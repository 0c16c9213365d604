package desired

import (
	"testing"

	"github.com/go-logr/logr"
)

func TestSettingsFollowTheClusterAndTheFleetsRules(t *testing.T) {
	x := NewIndex(3, control, logr.Discard())
	if set, _ := x.Set("one"); set.Settings != nil {
		t.Errorf("a cluster that is not in the fleet has settings %v", set.Settings)
	}
	x.SetCluster(aCluster("one"))
	changed, cancel := x.Subscribe("one")
	defer cancel()
	told := func(what string, want bool) {
		t.Helper()
		select {
		case <-changed:
			if !want {
				t.Errorf("%s: told of a change", what)
			}
		default:
			if want {
				t.Errorf("%s: told of no change", what)
			}
		}
	}
	x.SetCluster(aCluster("one"))
	told("the same cluster", false)

	labelled := aCluster("one")
	labelled.Labels = map[string]string{"region": "north"}
	labelled.Spec.Project = "edge"
	x.SetCluster(labelled)
	told("a label", true)

	x.SetHealthRules(map[string]string{"a": "b"})
	told("a rule", true)
	x.SetHealthRules(map[string]string{"a": "b"})
	told("the same rule", false)

	set, _ := x.Set("one")
	s := set.Settings
	if s.GetCluster() != "one" || s.GetServer() != "https://one.clusters.fairlead.dev" || s.GetProject() != "edge" ||
		s.GetLabels()["region"] != "north" || s.GetHealthRules()["a"] != "b" {
		t.Errorf("settings = %v", s)
	}
}
