package decide

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestPolicyOf(t *testing.T) {
	yes, no := true, false
	five := v1alpha1.RetryStrategy{Limit: 5}
	for name, c := range map[string]struct {
		in   *v1alpha1.SyncPolicy
		want Policy
	}{
		"none":                {nil, Policy{Retry: five}},
		"options alone":       {&v1alpha1.SyncPolicy{SyncOptions: v1alpha1.SyncOptions{"Prune=false"}}, Policy{Retry: five}},
		"automated, defaults": {&v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}}, Policy{Automated: true, Retry: five}},
		"automated, all": {&v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Prune: &yes, SelfHeal: &yes, AllowEmpty: &yes}},
			Policy{Automated: true, Prune: true, SelfHeal: true, AllowEmpty: true, Retry: five}},
		"selfHeal off": {&v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Prune: &yes, SelfHeal: &no}},
			Policy{Automated: true, Prune: true, Retry: five}},
		"switched off": {&v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Enabled: &no, Prune: &yes, SelfHeal: &yes}},
			Policy{Retry: five}},
		"switched on": {&v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{Enabled: &yes}}, Policy{Automated: true, Retry: five}},
		"no retry":    {&v1alpha1.SyncPolicy{Retry: &v1alpha1.RetryStrategy{}}, Policy{}},
	} {
		if diff := cmp.Diff(c.want, PolicyOf(c.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
