package policy_test

import (
	"encoding/json"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

type (
	kinds = []metav1.GroupKind
	items = []v1alpha1.ClusterResourceRestrictionItem
)

// lists makes a project that permits every destination.
func lists(spec v1alpha1.AppProjectSpec) *v1alpha1.AppProject {
	p := project("*")
	spec.Destinations = p.Spec.Destinations
	p.Spec = spec
	return p
}

// The facts are those of Argo CD's tests of group and kind.
func TestKindsAsInArgoCD(t *testing.T) {
	everyKind := kinds{{Group: "*", Kind: "*"}}
	everything := items{{Group: "*", Kind: "*"}}
	namespaced := func(group, kind string) policy.Resource {
		return policy.Resource{Group: group, Kind: kind, Name: "a", Namespace: "default", Namespaced: true}
	}
	space := func(name string) policy.Resource { return policy.Resource{Kind: "Namespace", Name: name} }
	for _, c := range []struct {
		name string
		spec v1alpha1.AppProjectSpec
		of   policy.Resource
		want bool
	}{
		{"an empty list permits none", v1alpha1.AppProjectSpec{NamespaceResourceWhitelist: kinds{}}, namespaced("apps", "ReplicaSet"), false},
		{"an absent list permits all", v1alpha1.AppProjectSpec{}, namespaced("apps", "Action"), true},
		{"black", v1alpha1.AppProjectSpec{NamespaceResourceBlacklist: kinds{{Group: "apps", Kind: "Deployment"}}}, namespaced("apps", "Deployment"), false},
		{"not black", v1alpha1.AppProjectSpec{NamespaceResourceBlacklist: kinds{{Group: "apps", Kind: "Deployment"}}}, namespaced("", "Deployment"), true},
		{"white", v1alpha1.AppProjectSpec{NamespaceResourceWhitelist: kinds{{Group: "apps", Kind: "ReplicaSet"}}}, namespaced("apps", "ReplicaSet"), true},
		{"not white", v1alpha1.AppProjectSpec{NamespaceResourceWhitelist: kinds{{Group: "apps", Kind: "ReplicaSet"}}}, namespaced("apps", "Action"), false},
		{"white and black", v1alpha1.AppProjectSpec{NamespaceResourceWhitelist: everyKind, NamespaceResourceBlacklist: kinds{{Group: "*", Kind: "Secret*"}}}, namespaced("", "SecretStore"), false},
		{"a glob", v1alpha1.AppProjectSpec{NamespaceResourceWhitelist: kinds{{Group: "*.argoproj.io", Kind: "?*"}}}, namespaced("x.argoproj.io", "Rollout"), true},
		{"cluster-scoped by default", v1alpha1.AppProjectSpec{}, space("a"), false},
		{"cluster-scoped, an empty list", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: items{}, NamespaceResourceWhitelist: everyKind}, space("a"), false},
		{"cluster-scoped, black alone", v1alpha1.AppProjectSpec{ClusterResourceBlacklist: items{{Kind: "Namespace"}}}, space("a"), false},
		{"cluster-scoped, white and black", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: everything, ClusterResourceBlacklist: everything}, space("a"), false},
		{"cluster-scoped lists leave others alone", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: everything, ClusterResourceBlacklist: everything}, namespaced("apps", "Action"), true},
		{"by name", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: items{{Kind: "Namespace", Name: "team1-*"}}}, space("team1-namespace"), true},
		{"by another name", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: items{{Kind: "Namespace", Name: "team1-*"}}}, space("other-namespace"), false},
		{"black by name", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: everything, ClusterResourceBlacklist: items{{Kind: "Namespace", Name: "kube-*"}}}, space("kube-system"), false},
		{"not black by name", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: everything, ClusterResourceBlacklist: items{{Kind: "Namespace", Name: "kube-*"}}}, space("web"), true},
		{"white and no pattern", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: items{{Group: "*", Kind: "["}}}, space("a"), false},
		{"black and no pattern", v1alpha1.AppProjectSpec{ClusterResourceWhitelist: everything, ClusterResourceBlacklist: items{{Kind: "["}}}, space("a"), false},
	} {
		if err := policy.Object(lists(c.spec), c.of, paris); (err == nil) != c.want {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// An empty whitelist differs from an absent one, so it has to arrive where the
// project is sent.
func TestAnEmptyWhitelistSurvivesEncoding(t *testing.T) {
	for _, list := range []kinds{nil, {}} {
		text, err := json.Marshal(lists(v1alpha1.AppProjectSpec{NamespaceResourceWhitelist: list}))
		if err != nil {
			t.Fatal(err)
		}
		var arrived v1alpha1.AppProject
		if err := json.Unmarshal(text, &arrived); err != nil {
			t.Fatal(err)
		}
		err = policy.Object(&arrived, policy.Resource{Kind: "ConfigMap", Name: "a", Namespace: "default", Namespaced: true}, paris)
		if (err == nil) != (list == nil) {
			t.Errorf("%#v: got %v after %s", list, err, text)
		}
	}
}

func TestObjectsGoOnlyToPermittedNamespaces(t *testing.T) {
	p := lists(v1alpha1.AppProjectSpec{ClusterResourceWhitelist: items{{Group: "*", Kind: "*"}}})
	p.Spec.Destinations = []dest{{Name: "paris", Namespace: "team-*"}}
	for _, c := range []struct {
		of      policy.Resource
		cluster policy.Cluster
		want    bool
	}{
		{policy.Resource{Kind: "ConfigMap", Name: "a", Namespace: "team-a", Namespaced: true}, paris, true},
		{policy.Resource{Kind: "ConfigMap", Name: "a", Namespace: "kube-system", Namespaced: true}, paris, false},
		{policy.Resource{Kind: "ConfigMap", Name: "a", Namespace: "team-a", Namespaced: true}, policy.Cluster{Name: "oslo"}, false},
		{policy.Resource{Kind: "Namespace", Name: "kube-system"}, paris, true}, // its kind alone decides
	} {
		if err := policy.Object(p, c.of, c.cluster); (err == nil) != c.want {
			t.Errorf("%s on %s: got %v", c.of, c.cluster, err)
		}
	}
}

func TestMessagesOfObjects(t *testing.T) {
	spec := v1alpha1.AppProjectSpec{
		NamespaceResourceWhitelist: kinds{{Group: "apps", Kind: "*"}, {Group: "", Kind: "ConfigMap"}},
		NamespaceResourceBlacklist: kinds{{Group: "apps", Kind: "Daemon*"}},
	}
	for of, want := range map[policy.Resource]string{
		{Group: "apps", Kind: "DaemonSet", Namespace: "ns", Name: "a", Namespaced: true}: `project edge: spec.namespaceResourceBlacklist[0]: DaemonSet.apps ns/a is forbidden by {group: apps, kind: "Daemon*"}; take that entry away, or leave the object out`,
		{Kind: "Secret", Namespace: "ns", Name: "a", Namespaced: true}:                   `project edge: spec.namespaceResourceWhitelist: Secret ns/a is not permitted; add {group: "", kind: Secret} there, or leave the object out: the list permits {group: apps, kind: "*"}, {group: "", kind: ConfigMap}`,
		{Kind: "Namespace", Name: "a"}:                                                   `project edge: spec.clusterResourceWhitelist: Namespace a is not permitted; add {group: "", kind: Namespace} there, or leave the object out: the list permits nothing`,
	} {
		if err := policy.Object(lists(spec), of, paris); err == nil || err.Error() != want {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}
