package clusters

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

const hubServer = "https://kubernetes.default.svc"

func TestResolve(t *testing.T) {
	cluster := func(name, server string) Cluster {
		return Cluster{Name: name, Server: server, Origin: "cluster argocd/" + name}
	}
	secret := func(object, name, server string) Cluster {
		return Cluster{Name: name, Server: server, Secret: true, Origin: "secret argocd/" + object}
	}
	named := func(name string) v1alpha1.ApplicationDestination {
		return v1alpha1.ApplicationDestination{Name: name}
	}
	at := func(server string) v1alpha1.ApplicationDestination {
		return v1alpha1.ApplicationDestination{Server: server}
	}
	for _, tc := range []struct {
		why  string
		list []Cluster
		to   v1alpha1.ApplicationDestination
		// want names the cluster, or every part that the error must have.
		want, errParts string
	}{
		{why: "by name", list: []Cluster{cluster("a", "https://a")}, to: named("a"), want: "a"},
		{why: "by server", list: []Cluster{cluster("a", "https://a")}, to: at("https://a"), want: "a"},
		{why: "a slash at the end of a destination", list: []Cluster{cluster("a", "https://a")}, to: at("https://a/"), want: "a"},
		{why: "a slash at the end of a server", list: []Cluster{cluster("a", "https://a/")}, to: at("https://a"), want: "a"},
		{why: "unknown name", to: named("a"), errParts: "fairlead cluster add a"},
		{why: "unknown server", to: at("https://a"), errParts: "fairlead cluster list"},
		{why: "neither", errParts: "set destination.name"},
		{why: "both", to: v1alpha1.ApplicationDestination{Name: "a", Server: "https://a"}, errParts: "keep one"},
		{
			why:  "a Secret that sorts first does not win over a Cluster of its server",
			list: []Cluster{secret("x", "a-prod", "https://prod"), cluster("prod", "https://prod")},
			to:   at("https://prod"), want: "prod",
		},
		{why: "a Secret alone", list: []Cluster{secret("x", "a", "https://a")}, to: at("https://a"), want: "a"},
		{
			why:  "a Secret does not take the server of the hub's own",
			list: []Cluster{secret("x", "mgmt", hubServer)}, to: at(hubServer), want: "in-cluster",
		},
		{
			why:  "nor does it remove the name",
			list: []Cluster{secret("x", "mgmt", hubServer)}, to: named("in-cluster"), want: "in-cluster",
		},
		{
			why:  "nor does it take the name",
			list: []Cluster{secret("x", "in-cluster", "https://elsewhere")}, to: named("in-cluster"), want: "in-cluster",
		},
		{
			why:  "a Cluster gives the hub's own another server",
			list: []Cluster{cluster("in-cluster", "https://hub")}, to: at("https://hub"), want: "in-cluster",
		},
		{
			why:  "two Clusters share a server",
			list: []Cluster{cluster("b", "https://x"), cluster("a", "https://x")}, to: at("https://x"),
			errParts: "cluster argocd/a and cluster argocd/b",
		},
		{
			why:  "and can still be named",
			list: []Cluster{cluster("b", "https://x"), cluster("a", "https://x")}, to: named("b"), want: "b",
		},
		{
			why:  "a name declared twice is refused, both named",
			list: []Cluster{cluster("a", "https://a"), secret("x", "a", "https://b")}, to: named("a"),
			errParts: "cluster argocd/a and secret argocd/x",
		},
		{
			why:  "also by the Secret's server: the name would lead to the other",
			list: []Cluster{cluster("a", "https://a"), secret("x", "a", "https://b")}, to: at("https://b"),
			errParts: "cluster argocd/a and secret argocd/x",
		},
		{
			why:  "a name declared twice stops nobody else",
			list: []Cluster{secret("x", "a", "https://a"), secret("y", "a", "https://b"), cluster("c", "https://c")}, to: named("c"),
			want: "c",
		},
	} {
		t.Run(tc.why, func(t *testing.T) {
			got, err := NewDestinations(tc.list).Resolve(tc.to)
			if tc.want == "" {
				if err == nil || !strings.Contains(err.Error(), tc.errParts) {
					t.Errorf("got %v, %v, want an error with %q", got, err, tc.errParts)
				}
				return
			}
			if err != nil || got.Name != tc.want || got.Secret && tc.want == "in-cluster" {
				t.Errorf("got %v, %v, want %s", got, err, tc.want)
			}
		})
	}
}
