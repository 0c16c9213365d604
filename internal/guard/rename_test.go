package guard

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// rowFor is a row of one template for a cluster.
func rowFor(cluster, server string) *v1alpha1.Application {
	app := &v1alpha1.Application{Spec: v1alpha1.ApplicationSpec{
		Source:      &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "clusters/" + cluster + "/app"},
		Destination: v1alpha1.ApplicationDestination{Name: cluster, Server: server},
	}}
	app.Name = "web-" + cluster
	return app
}

func lost(cluster, server string) Victim {
	app := rowFor(cluster, server)
	return Victim{Name: app.Name, UID: app.Name, Cluster: cluster, Server: server, Likeness: LikenessOf(app, cluster)}
}

func won(cluster, server string) Gain {
	app := rowFor(cluster, server)
	return Gain{Name: app.Name, Cluster: cluster, Server: server, Likeness: LikenessOf(app, cluster)}
}

func TestARenamedClusterStandsBesideItsVictim(t *testing.T) {
	for name, tc := range map[string]struct {
		victims []Victim
		gains   []Gain
		want    map[string]string
	}{
		"one renamed": {[]Victim{lost("paris", "")}, []Gain{won("lyon", "")}, map[string]string{"paris": "lyon"}},
		"by server, whatever the names": {
			[]Victim{lost("a", "https://1"), lost("b", "https://2")},
			[]Gain{won("x", "https://2"), won("y", "https://1")},
			map[string]string{"a": "y", "b": "x"},
		},
		"several, by what of their names agrees": {
			[]Victim{lost("us-east-1", ""), lost("eu-west-1", "")},
			[]Gain{won("eu-west-1-new", ""), won("us-east-1-new", "")},
			map[string]string{"us-east-1": "us-east-1-new", "eu-west-1": "eu-west-1-new"},
		},
		"others came and went": {
			[]Victim{lost("one", ""), lost("two", "")}, []Gain{won("alpha", ""), won("beta", "")}, map[string]string{},
		},
		"nothing came":               {[]Victim{lost("one", "")}, nil, map[string]string{}},
		"another row of one cluster": {[]Victim{lost("one", "https://1")}, []Gain{won("one", "https://1")}, map[string]string{}},
		"one new name for two": {
			[]Victim{lost("site-1", ""), lost("site-2", "")}, []Gain{won("site-10", "")}, map[string]string{"site-1": "site-10"},
		},
	} {
		got := map[string]string{}
		for _, v := range Rename(tc.victims, tc.gains) {
			if v.RenamedTo != "" {
				got[v.Cluster] = v.RenamedTo
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLikenessLeavesOutTheClusterAlone(t *testing.T) {
	if LikenessOf(rowFor("paris", "https://1"), "paris") != LikenessOf(rowFor("lyon", "https://2"), "lyon") {
		t.Error("two rows of one template differ")
	}
	other := rowFor("lyon", "")
	other.Spec.Source.Path = "clusters/lyon/other"
	if LikenessOf(rowFor("paris", ""), "paris") == LikenessOf(other, "lyon") {
		t.Error("rows of two paths are alike")
	}
	if got := withoutWord("aa baa aa aab", "aa"); got != "\x00 baa \x00 aab" {
		t.Errorf("%q", got)
	}
}
