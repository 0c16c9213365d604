package policy_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/policy"
)

type dest = v1alpha1.ApplicationDestination

// permits asks for a destination that is written with name or server.
func permits(list []dest, to dest) bool {
	p := project("*")
	p.Spec.Destinations = list
	app := from("https://a/x")
	app.Spec.Destination = to
	return len(policy.Application(p, app, policy.Cluster{Name: to.Name, Server: to.Server})) == 0
}

const (
	local = "https://kubernetes.default.svc"
	eks   = "https://eks.example.com"
)

// The facts are those of Argo CD's tests of destinations, permitted and
// negated.
func TestDestinationsAsInArgoCD(t *testing.T) {
	for _, c := range []struct {
		list []dest
		to   dest
		want bool
	}{
		{[]dest{{Server: local, Namespace: "default"}}, dest{Server: local, Namespace: "default"}, true},
		{[]dest{{Server: local, Namespace: "default"}}, dest{Server: local, Namespace: "kube-system"}, false},
		{[]dest{{Server: "https://my-cluster", Namespace: "default"}}, dest{Server: local, Namespace: "default"}, false},
		{[]dest{{Server: local, Namespace: "*"}}, dest{Server: local, Namespace: "kube-system"}, true},
		{[]dest{{Server: "https://*.default.svc", Namespace: "default"}}, dest{Server: local, Namespace: "default"}, true},
		{[]dest{{Server: "https://team1-*", Namespace: "default"}}, dest{Server: "https://test2-dev-cluster", Namespace: "default"}, false},
		{[]dest{{Server: local, Namespace: "test-*"}}, dest{Server: local, Namespace: "test-foo"}, true},
		{[]dest{{Server: local, Namespace: "test-*"}}, dest{Server: local, Namespace: "test"}, false},
		{[]dest{{Server: "*", Namespace: "*"}}, dest{Server: local, Namespace: "test"}, true},
		{[]dest{{Name: "test", Namespace: "*"}}, dest{Name: "test", Namespace: "test"}, true},
		{[]dest{{Name: "test2", Namespace: "*"}}, dest{Name: "test", Namespace: "test"}, false},
		{
			[]dest{{Name: "host-cluster", Server: local, Namespace: "!{kube-system,argocd}"}, {Name: "destination-cluster-01", Server: eks, Namespace: "*"}},
			dest{Server: eks, Namespace: "kube-system"}, true,
		},
		{[]dest{{Server: "!" + local, Namespace: "default"}}, dest{Server: local, Namespace: "default"}, false},
		{[]dest{{Server: local, Namespace: "!default"}}, dest{Server: local, Namespace: "kube-system"}, true},
		{[]dest{{Server: "!https://my-cluster", Namespace: "default"}}, dest{Server: local, Namespace: "default"}, true},
		{[]dest{{Server: "!" + local, Namespace: "*"}}, dest{Server: local, Namespace: "kube-system"}, false},
		{[]dest{{Server: "!https://*.default.svc", Namespace: "default"}}, dest{Server: local, Namespace: "default"}, false},
		{[]dest{{Server: "!https://team1-*", Namespace: "default"}}, dest{Server: "https://test2-dev-cluster", Namespace: "default"}, true},
		{[]dest{{Server: local, Namespace: "!test-*"}}, dest{Server: local, Namespace: "test-foo"}, false},
		{[]dest{{Server: local, Namespace: "!test-*"}}, dest{Server: local, Namespace: "test"}, true},
		{[]dest{{Namespace: "*", Name: "!test"}}, dest{Name: "test", Namespace: "test"}, false},
		{[]dest{{Namespace: "*", Name: "!test2"}}, dest{Name: "test", Namespace: "test"}, true},
		{[]dest{{Server: "*", Namespace: "kube-system"}, {Server: "*", Namespace: "!kube-system"}}, dest{Server: local, Namespace: "kube-system"}, false},
		{[]dest{{Server: "*", Namespace: "*"}, {Server: "*", Namespace: "!kube-system"}}, dest{Server: local, Namespace: "kube-system"}, false},
		{[]dest{{Server: local, Namespace: "*"}, {Server: "!" + local, Namespace: "*"}}, dest{Server: local, Namespace: "kube-system"}, false},
		{[]dest{{Server: "*", Namespace: "*"}, {Server: "!" + local, Namespace: "kube-system"}}, dest{Server: local, Namespace: "kube-system"}, false},
		{
			[]dest{{Server: "*", Namespace: "*"}, {Server: "!" + local, Namespace: "kube-system"}, {Server: "*", Namespace: "!kube-system"}},
			dest{Server: local, Namespace: "kube-system"}, false,
		},
		{
			[]dest{{Server: "*", Namespace: "*"}, {Server: "!" + local, Namespace: "kube-system"}, {Server: "*", Namespace: "!kube-system"}},
			dest{Server: local, Namespace: "default"}, true,
		},
		{
			[]dest{{Server: "*", Namespace: "*"}, {Server: "!" + local, Namespace: "kube-system"}, {Server: "*", Namespace: "!kube-system"}},
			dest{Server: "https://test-dev-cluster", Namespace: "kube-system"}, false,
		},
		{[]dest{{Namespace: "*", Name: "test"}, {Namespace: "*", Name: "!test"}}, dest{Name: "test", Namespace: "test"}, false},
		{[]dest{{Server: "*", Namespace: "test"}, {Server: "!https://test-server", Namespace: "other"}}, dest{Server: "https://test-server", Namespace: "test"}, true},
		{[]dest{{Server: "*", Namespace: "*"}, {Server: "https://test-server", Namespace: "!other"}}, dest{Server: "https://other-test-server", Namespace: "other"}, true},
		{nil, dest{Server: local, Namespace: "default"}, false},
	} {
		if got := permits(c.list, c.to); got != c.want {
			t.Errorf("%+v with %+v: got %v", c.to, c.list, got)
		}
	}
}

// Beyond Argo CD: what its tests leave open or its answers leave out.
func TestDestinationsBeyondArgoCD(t *testing.T) {
	for name, c := range map[string]struct {
		list []dest
		want bool
	}{
		"by name although the application writes the server": {[]dest{{Name: "paris", Namespace: "*"}}, true},
		"a slash at the end": {[]dest{{Server: paris.Server + "/", Namespace: "*"}}, true},
		"a namespace forbidden on a cluster that is named":      {[]dest{{Server: "*", Namespace: "*"}, {Name: "paris", Namespace: "!default"}}, false},
		"a namespace forbidden on a cluster that another names": {[]dest{{Server: "*", Namespace: "*"}, {Name: "oslo", Namespace: "!default"}}, true},
		"a pattern that forbids and is none":                    {[]dest{{Server: "*", Namespace: "*"}, {Server: "![", Namespace: "*"}}, false},
		"a pattern that permits and is none":                    {[]dest{{Server: "[", Namespace: "*"}}, false},
		"a namespace pattern that is none":                      {[]dest{{Server: "*", Namespace: "*"}, {Server: "*", Namespace: "!["}}, false},
	} {
		p := project("*")
		p.Spec.Destinations = c.list
		app := from("https://a/x")
		app.Spec.Destination = dest{Server: paris.Server, Namespace: "default"}
		if got := policy.Application(p, app, paris); (len(got) == 0) != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// The facts are those of Argo CD's tests of permitOnlyProjectScopedClusters, on
// a cluster that belongs to the project, to none, to another.
func TestScopedClusters(t *testing.T) {
	for name, c := range map[string]struct {
		only    bool
		list    []dest
		cluster string
		want    bool
	}{
		"its own cluster":                         {true, []dest{{Name: "paris", Namespace: "default"}}, "edge", true},
		"its own cluster, not listed":             {true, nil, "edge", true},
		"its own cluster, not listed, not wanted": {false, nil, "edge", true},
		"its own cluster, forbidden":              {true, []dest{{Server: "*", Namespace: "!default"}}, "edge", false},
		"a cluster of nobody":                     {true, []dest{{Name: "paris", Namespace: "default"}}, "", false},
		"a cluster of another project":            {true, []dest{{Name: "paris", Namespace: "default"}}, "core", false},
		"another's, where that is no matter":      {false, []dest{{Name: "paris", Namespace: "default"}}, "core", true},
		"another's, not listed":                   {false, nil, "core", false},
	} {
		p := project("*")
		p.Spec.Destinations, p.Spec.PermitOnlyProjectScopedClusters = c.list, c.only
		cluster := paris
		cluster.Project = c.cluster
		if got := policy.Application(p, from("https://a/x"), cluster); (len(got) == 0) != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestMessagesOfDestinations(t *testing.T) {
	p := project("*")
	p.Spec.Destinations = []dest{{Name: "oslo", Namespace: "*"}, {Server: "*", Namespace: "!kube-*"}}
	for namespace, want := range map[string]string{
		"kube-system": "project edge: spec.destinations[1]: namespace kube-system of cluster paris (https://paris.clusters.fairlead.dev) is forbidden by {server: *, namespace: !kube-*}; take that entry away, or use another destination",
		"default":     "",
	} {
		app := from("https://a/x")
		app.Spec.Destination.Namespace = namespace
		got := policy.Application(p, app, paris)
		if want == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].Error() != want {
			t.Errorf("got %v\nwant %s", got, want)
		}
	}
	p.Spec.Destinations = []dest{{Name: "oslo", Namespace: "["}}
	got := policy.Application(p, from("https://a/x"), policy.Cluster{Name: "paris"})
	if len(got) != 2 || got[0].Error() != "project edge: spec.destinations: namespace default of cluster paris is not permitted; add it there, or use one that matches what is: {name: oslo, namespace: [}" ||
		got[1].Field != "spec.destinations[0].namespace" {
		t.Errorf("got %v", got)
	}
	p.Spec.Destinations, p.Spec.PermitOnlyProjectScopedClusters = []dest{{Server: "*", Namespace: "*"}}, true
	got = policy.Application(p, from("https://a/x"), paris)
	if len(got) != 1 || got[0].Error() != "project edge: spec.permitOnlyProjectScopedClusters: cluster paris (https://paris.clusters.fairlead.dev) does not belong to the project; set spec.project of the Cluster to edge, or use a cluster that has it" {
		t.Errorf("got %v", got)
	}
}

// The order of entries makes no difference, and one that forbids nothing
// forbids nothing.
func TestOrderOfDestinationsMakesNoDifference(t *testing.T) {
	field := func(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }
	entry := rapid.Custom(func(t *rapid.T) dest {
		return dest{
			Name:      field("", "paris", "!paris", "*", "o*", "!o*").Draw(t, "name"),
			Server:    field("", "*", local, "!"+local, "https://*", "![").Draw(t, "server"),
			Namespace: field("", "*", "a", "!a", "{a,b}", "!{a,b}").Draw(t, "namespace"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(entry, 0, 4).Draw(t, "list")
		to := dest{
			Name: field("", "paris", "oslo").Draw(t, "to"), Server: field(local, eks).Draw(t, "at"), Namespace: field("a", "b", "c").Draw(t, "in"),
		}
		other := slices.Clone(list)
		slices.Reverse(other)
		if permits(list, to) != permits(other, to) {
			t.Fatalf("%v: not what %v says of %v", other, list, to)
		}
		plain := dest{Server: eks, Namespace: "c"}
		if permits(list, to) && !permits(append(other, plain), to) {
			t.Fatalf("%v and %v: forbids %v", list, plain, to)
		}
	})
}

func TestWithoutAProjectNothingIsPermitted(t *testing.T) {
	app := from("https://a/x")
	if got := policy.Application(nil, app, paris); len(got) != 1 || got[0].Project != "edge" {
		t.Errorf("application: got %v", got)
	}
	if err := policy.Object(nil, policy.Resource{Kind: "Pod", Namespaced: true}, paris); err == nil {
		t.Error("object: permitted")
	}
	if _, ok, err := policy.ServiceAccount(nil, app, paris); ok || err == nil {
		t.Error("service account: found")
	}
	if policy.Member(nil, app) == nil {
		t.Error("member: permitted")
	}
	if d := policy.Windows(nil, app, paris).At(noon); d.CanAutoSync || d.CanManualSync || len(d.Problems) != 1 {
		t.Errorf("windows: got %+v", d)
	}
}
