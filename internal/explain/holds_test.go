package explain_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestHolds(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*v1alpha1.ApplicationSet)
		cluster string
		want    []string
	}{
		"none": {func(*v1alpha1.ApplicationSet) {}, "oslo", nil},
		"create-only, yes": {policy(v1alpha1.ApplicationsSyncPolicyCreateOnly), "oslo",
			[]string{"policy: applicationsSync is create-only: an application that exists is not changed"}},
		"create-update, yes": {policy(v1alpha1.ApplicationsSyncPolicyCreateUpdate), "oslo", nil},
		"create-update, no": {policy(v1alpha1.ApplicationsSyncPolicyCreateUpdate), "lima",
			[]string{"policy: applicationsSync is create-update: an application that exists is not deleted"}},
		"a guard": {func(s *v1alpha1.ApplicationSet) {
			s.Status.Conditions = []v1alpha1.ApplicationSetCondition{{Type: v1alpha1.ApplicationSetConditionDeletionsHeld,
				Status: v1alpha1.ApplicationSetConditionStatusTrue, Message: "4 of 4 are held"}}
			s.Status.DeletionsHeld = &v1alpha1.DeletionsHeld{Digest: "d1", Victims: []v1alpha1.DeletionVictim{{Name: "web-lima", Cluster: "lima"}}}
		}, "lima", []string{"guard: 4 of 4 are held", "guard: the deletion of application web-lima waits for approval of d1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := set(t, "[{clusters: {selector: {matchLabels: {env: prod}}}}]", "")
			c.change(s)
			if diff := cmp.Diff(c.want, ask(t, s, c.cluster).Holds); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARejectedRowHoldsWhatTheClusterHas(t *testing.T) {
	a := ask(t, set(t, "[{clusters: {}}]", "{metadata: {name: 'web-{{.metadata.labels.env}}'}, spec: {destination: {name: '{{.name}}'}}}"), "pune")
	if !slices.ContainsFunc(a.Holds, func(h string) bool { return strings.HasPrefix(h, "render: generators[0].clusters") }) {
		t.Errorf("holds %q", a.Holds)
	}
}

func TestHoldsOfRefusedRows(t *testing.T) {
	const named = "{metadata: {name: '{{.name}}-{{.region}}'}, spec: {destination: {name: '{{.name}}'}}}"
	for name, c := range map[string]struct{ generators, template, hold string }{
		"a row that names the cluster": {"[{list: {elements: [{name: oslo}]}}]", named, "render: generators[0].list has a rejected row"},
		"a row that may have":          {"[{list: {elements: [{name: pune}]}}]", named, "render: generators[0].list has a refused row that may"},
		"another cluster's row":        {"[{clusters: {selector: {matchLabels: {region: in}}}}]", named, ""},
		"several rows of a name": {"[{clusters: {}}]", "{metadata: {name: web}, spec: {destination: {name: '{{.name}}'}}}",
			"duplicate: what several rows claim is neither written nor deleted: application web"},
	} {
		t.Run(name, func(t *testing.T) {
			if holds := strings.Join(ask(t, set(t, c.generators, c.template), "oslo").Holds, "; "); !strings.Contains(holds, c.hold) || (c.hold == "") != (holds == "") {
				t.Errorf("holds %q, want %q", holds, c.hold)
			}
		})
	}
}

func policy(p v1alpha1.ApplicationsSyncPolicy) func(*v1alpha1.ApplicationSet) {
	return func(s *v1alpha1.ApplicationSet) {
		s.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &p}
	}
}
