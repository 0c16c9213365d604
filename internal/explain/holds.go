package explain

import (
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// holds are what keeps an Application that exists as it is: the set's policy,
// and deletions that wait for approval.
func holds(q Question, yes bool) []string {
	var out []string
	set := q.Set
	if policy := policyOf(set); yes && !policy.AllowUpdate() {
		out = append(out, fmt.Sprintf("policy: applicationsSync is %s: an application that exists is not changed", policy))
	} else if !yes && !policy.AllowDelete() {
		out = append(out, fmt.Sprintf("policy: applicationsSync is %s: an application that exists is not deleted", policy))
	}
	for _, c := range set.Status.Conditions {
		if c.Type == v1alpha1.ApplicationSetConditionDeletionsHeld && c.Status == v1alpha1.ApplicationSetConditionStatusTrue {
			out = append(out, "guard: "+c.Message)
		}
	}
	if held := set.Status.DeletionsHeld; held != nil {
		for _, victim := range held.Victims {
			if victim.Cluster == q.Cluster {
				out = append(out, fmt.Sprintf("guard: the deletion of application %s waits for approval of %s", victim.Name, held.Digest))
			}
		}
	}
	return out
}

func policyOf(set *v1alpha1.ApplicationSet) v1alpha1.ApplicationsSyncPolicy {
	if p := set.Spec.SyncPolicy; p != nil && p.ApplicationsSync != nil && *p.ApplicationsSync != "" {
		return *p.ApplicationsSync
	}
	return v1alpha1.ApplicationsSyncPolicySync
}
