package expand_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

func TestProtection(t *testing.T) {
	paths := []string{"generators[0].clusters", "generators[1].list", "generators[2].matrix", "generators[3].git", "generators[4].merge"}
	from := func(generator, cluster, element string) expand.Origin {
		return expand.Origin{Generator: generator, Cluster: cluster, Element: element}
	}
	for _, c := range []struct {
		why       string
		refused   expand.Origin
		origin    expand.Origin
		protected bool
	}{
		{"the same cluster", from("generators[0].clusters", "eu", ""), from("generators[0].clusters", "eu", ""), true},
		{"another cluster", from("generators[0].clusters", "eu", ""), from("generators[0].clusters", "us", ""), false},
		{"the same cluster through another generator", from("generators[0].clusters", "eu", ""), from("generators[2].matrix", "eu", "elements[0]"), true},
		{"one of two clusters", from("generators[2].matrix", "eu\x1fus", ""), from("generators[0].clusters", "us", ""), true},
		{"the same directory", from("generators[3].git", "", "directory apps/a"), from("generators[3].git", "", "directory apps/a"), true},
		{"another directory", from("generators[3].git", "", "directory apps/a"), from("generators[3].git", "", "directory apps/b"), false},
		{"another object of the same file", from("generators[3].git", "", "file a.yaml[3]"), from("generators[3].git", "", "file a.yaml[0]"), true},
		{"the only object of a file that had several", from("generators[3].git", "", "file a.yaml"), from("generators[3].git", "", "file a.yaml[0]"), true},
		{"another file", from("generators[3].git", "", "file a.yaml[3]"), from("generators[3].git", "", "file b.yaml[3]"), false},
		{"the same directory under another cluster", from("generators[2].matrix", "eu", "directory apps/a"), from("generators[2].matrix", "us", "directory apps/a"), true},
		{"neither the directory nor the cluster", from("generators[2].matrix", "eu", "directory apps/a"), from("generators[2].matrix", "us", "directory apps/b"), false},
		{"any place of the same list", from("generators[1].list", "", "elements[5]"), from("generators[1].list", "", "elements[0]"), true},
		{"a list whose entry moved", from("generators[1].list", "", "elements[5]"), from("generators[0].list", "", "elements[0]"), true},
		{"a list, while another kind of generator has the refused row", from("generators[0].clusters", "eu", ""), from("generators[1].list", "", "elements[0]"), false},
		{"a cluster, while a list has the refused row", from("generators[1].list", "", "elements[0]"), from("generators[0].clusters", "eu", ""), false},
		{"the same place under another cluster", from("generators[2].matrix", "eu", "elements[1]"), from("generators[2].matrix", "us", "elements[1]"), true},
		{"another place under another cluster", from("generators[2].matrix", "eu", "elements[1]"), from("generators[2].matrix", "us", "elements[0]"), false},
		{"the same place in another kind of generator", from("generators[2].matrix", "eu", "elements[1]"), from("generators[4].merge", "us", "elements[1]"), false},
		{"what lost the cluster that lay over it", from("generators[4].merge", "", "elements[1]"), from("generators[4].merge", "us", "elements[0]"), true},
		{"what had no cluster over it", from("generators[4].merge", "us", "elements[0]"), from("generators[4].merge", "", "elements[1]"), true},
		{"a kind of generator that the set no longer has", from("generators[0].clusters", "eu", ""), from("generators[0].pullRequest", "", "pull request #1 of a/b"), true},
		{"the same pull request", from("generators[3].git", "", "pull request #1 of a/b"), from("generators[3].git", "", "pull request #1 of a/b"), true},
		{"all clusters are one element", from("generators[0].clusters", "", "all clusters"), from("generators[0].clusters", "", "all clusters"), true},
		{"an unknown origin", from("generators[0].clusters", "eu", ""), expand.Origin{}, true},
		{"a name that was stored with other bytes", from("generators[0].clusters", "e\xffu", ""), from("generators[0].clusters", "e\uFFFDu", ""), true},
	} {
		result := expand.Result{Generators: paths, Rejected: []expand.Row{{Origin: c.refused, Err: errors.New("no")}}}
		if got := result.Protects("app", c.origin); got != c.protected {
			t.Errorf("%s: %v is protected by %v: %v", c.why, c.origin, c.refused, got)
		}
		twice := expand.Result{Generators: paths, Duplicates: []expand.Duplicate{{Name: "twice", Origins: []expand.Origin{c.refused}}}}
		if got := twice.Protects("app", c.origin); got != c.protected {
			t.Errorf("%s, as a duplicate: %v", c.why, got)
		}
		if !twice.Protects("twice", c.origin) {
			t.Errorf("%s: the name with duplicates is not protected itself", c.why)
		}
	}
	none := expand.Result{Generators: paths}
	if none.Protects("app", expand.Origin{}) || none.Protects("app", from("generators[0].plugin", "", "parameters[0]")) {
		t.Error("something is protected although every row rendered")
	}
	if _, protected := (expand.Protection{}).Covers("app", expand.Origin{}); protected {
		t.Error("the zero protection protects")
	}
}

// Whatever a row gave is protected by the rejection of the same row, however
// it was stored.
func TestARowProtectsItsOwn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		origin := expand.Origin{
			Generator: rapid.SampledFrom([]string{"generators[0].list", "generators[1].matrix"}).Draw(t, "generator"),
			Cluster:   rapid.String().Draw(t, "cluster"),
			Element:   rapid.SampledFrom([]string{"", "elements[1]", "file a[1]", "directory a, b", "elements[0]\x1fdirectory a"}).Draw(t, "element"),
		}
		stored, err := generators.ParseOrigin(origin.Text())
		if err != nil {
			t.Fatal(err)
		}
		result := expand.Result{
			Generators: []string{"generators[0].list", "generators[1].matrix"},
			Rejected:   []expand.Row{{Origin: origin}},
		}
		if !result.Protects("app", stored) || !result.Protects("app", origin) {
			t.Fatalf("%q does not protect %q", origin, stored)
		}
	})
}

// What the sets of people need: one cluster's bad label keeps that cluster's
// Applications and no others.
func TestARejectedRowKeepsItsClustersApplications(t *testing.T) {
	set := decode(t, `
goTemplate: true
goTemplateOptions: [missingkey=error]
generators: [{matrix: {generators: [{clusters: {selector: {matchLabels: {ai: "true"}}}}, {list: {elements: [{app: a}, {app: b}]}}]}}]
template: {metadata: {name: '{{ .name }}-{{ .app }}'}, spec: {source: {path: '{{ if eq .app "b" }}{{ .metadata.labels.region }}{{ end }}'}}}
`)
	cluster := func(name string, labels map[string]string) clusters.Cluster {
		return clusters.Cluster{Name: name, Labels: labels}
	}
	good := map[string]string{"ai": "true", "region": "r"}
	before := expand.Expand(set, expand.Inputs{Clusters: fleet(t, cluster("c", good), cluster("d", good))}, expand.Options{})
	after := expand.Expand(set, expand.Inputs{Clusters: fleet(t,
		cluster("c", map[string]string{"ai": "true"}), cluster("d", nil))}, expand.Options{})
	if len(before.Applications) != 4 || len(after.Applications) != 1 || len(after.Rejected) != 1 {
		t.Fatalf("%v, then %v and %v", names(before), names(after), after.Rejected)
	}
	for i, want := range map[int]bool{0: true, 1: true, 2: false, 3: true} { // d-b shares element b with the rejected row
		if got := after.Protects(before.Applications[i].Name, before.Origins[i]); got != want {
			t.Errorf("%s of %v is protected: %v", before.Applications[i].Name, before.Origins[i], got)
		}
	}
}
