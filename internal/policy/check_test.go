package policy_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

func TestAGoodProjectHasNoProblems(t *testing.T) {
	p := project("*", "!https://gitlab.com/group/**")
	p.Spec.Destinations = []dest{{Server: "*", Namespace: "!kube-system"}, {Name: "team-*", Namespace: "*"}}
	p.Spec.SourceNamespaces = []string{"team-*", "/^x$/"}
	p.Spec.ClusterResourceWhitelist = items{{Group: "*", Kind: "*"}, {Kind: "Namespace", Name: "team-*"}}
	p.Spec.SyncWindows = v1alpha1.SyncWindows{everywhere("allow", "0 9 * * 1-5", "8h", "Europe/Paris"), nil}
	p.Spec.DestinationServiceAccounts = []v1alpha1.ApplicationDestinationServiceAccount{{Server: "*", Namespace: "*", DefaultServiceAccount: "deployer"}, {Server: "x", DefaultServiceAccount: "ns:deployer"}}
	if got := policy.Problems(p); len(got) > 0 {
		t.Errorf("got %v", got)
	}
	if got := policy.Problems(&v1alpha1.AppProject{}); len(got) > 0 {
		t.Errorf("an empty project: got %v", got)
	}
}

func TestProblemsNameTheField(t *testing.T) {
	p := project("ok", "[", "!*")
	p.Spec.Destinations = []dest{{Server: "[", Namespace: "!*"}, {Name: "{", Namespace: "["}}
	p.Spec.SourceNamespaces = []string{"[", "/(/", "ok"}
	p.Spec.ClusterResourceWhitelist = items{{Kind: "["}}
	p.Spec.ClusterResourceBlacklist = items{{Kind: "ok"}, {Group: "["}}
	p.Spec.NamespaceResourceWhitelist = kinds{{Kind: "["}}
	p.Spec.NamespaceResourceBlacklist = kinds{{Group: "["}}
	p.Spec.SyncWindows = v1alpha1.SyncWindows{
		{Kind: "deny", Schedule: "* * * * *", Duration: "1h"},
		{Kind: "no", Schedule: "no", Duration: "no", TimeZone: "no", Clusters: []string{"["}},
	}
	p.Spec.DestinationServiceAccounts = []v1alpha1.ApplicationDestinationServiceAccount{{Server: "!x", Namespace: "[", DefaultServiceAccount: "a/b"}, {Server: "*", Namespace: "*", DefaultServiceAccount: "ok"}}
	var got []string
	for _, v := range policy.Problems(p) {
		got = append(got, v.Field)
		if v.Project != "edge" || v.Value == "" || v.Fix == "" {
			t.Errorf("got %+v", v)
		}
	}
	slices.Sort(got)
	want := []string{
		"spec.clusterResourceBlacklist[1]", "spec.clusterResourceWhitelist[0]",
		"spec.destinationServiceAccounts[0].defaultServiceAccount", "spec.destinationServiceAccounts[0].namespace", "spec.destinationServiceAccounts[0].server",
		"spec.destinations[0].namespace", "spec.destinations[0].server", "spec.destinations[1].name", "spec.destinations[1].namespace",
		"spec.namespaceResourceBlacklist[0]", "spec.namespaceResourceWhitelist[0]",
		"spec.sourceNamespaces[0]", "spec.sourceNamespaces[1]", "spec.sourceRepos[1]", "spec.sourceRepos[2]",
		"spec.syncWindows[0]", "spec.syncWindows[1].clusters[0]", "spec.syncWindows[1].duration", "spec.syncWindows[1].kind",
		"spec.syncWindows[1].schedule", "spec.syncWindows[1].timeZone",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
