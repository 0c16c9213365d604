package decide

import (
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestAutomatedIsSwitchedOff(t *testing.T) {
	yes, no := true, false
	for name, c := range map[string]struct {
		enabled *bool
		want    bool
	}{"not said": {nil, true}, "true": {&yes, true}, "false": {&no, false}} {
		p := PolicyOf(&v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Enabled: c.enabled}})
		if p.Automated != c.want {
			t.Errorf("enabled %s: automated %v, want %v", name, p.Automated, c.want)
		}
	}
}
