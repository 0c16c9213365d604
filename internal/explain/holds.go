package explain

import (
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
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

// refusals are what the set's rejected and duplicate rows keep: the
// Applications that they may have given before are not deleted.
func (e *explainer) refusals(result expand.Result, mine []expand.Row, yes bool) []string {
	var out []string
	seen := map[string]bool{}
	for _, row := range mine {
		if at := row.Origin.Generator; !seen[at] {
			seen[at] = true
			out = append(out, "render: "+at+" has a rejected row: what derives from the cluster is not deleted until it renders")
		}
	}
	for _, d := range result.Duplicates {
		if slices.ContainsFunc(d.Applications, func(app v1alpha1.Application) bool { return IsDestination(app.Spec.Destination, e.cluster) }) {
			out = append(out, fmt.Sprintf("duplicate: what several rows claim is neither written nor deleted: application %s stays as it is", d.Name))
		}
	}
	if len(out) > 0 || yes {
		return out
	}
	protection := result.Protection()
	for _, path := range result.Generators {
		by, kept := protection.Covers("", expand.Origin{Generator: path, Cluster: e.cluster.Name})
		if kept && !seen[by.Generator] {
			seen[by.Generator] = true
			out = append(out, fmt.Sprintf("render: %s has a refused row that may have been the cluster's: what the generator gave is not deleted until it is good", by.Generator))
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
