package expand_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/templates"
)

// One label of one cluster costs the same in a small fleet and in a large one,
// counted in clusters, rows and allocations.
func TestWorkOfAChangeDoesNotGrowWithTheFleet(t *testing.T) {
	for name, c := range map[string]struct {
		set  string
		want expand.Stats
	}{
		"clusters": {`
generators: [{clusters: {selector: {matchLabels: {tier: edge}}, values: {v: '{{.name}}'}}}, {list: {elements: [{name: a}, {name: b}]}}]
template: {metadata: {name: '{{.name}}', labels: {r: '{{.metadata.labels.region}}'}}}`, expand.Stats{Clusters: 2, Rows: 1}},
		"matrix": {`
generators: [{matrix: {generators: [{clusters: {}}, {list: {elements: [{k: a}, {k: b}, {k: '{{.name}}'}]}}]}}]
template: {metadata: {name: '{{.name}}-{{.k}}', labels: {r: '{{.metadata.labels.region}}'}}}`, expand.Stats{Clusters: 2, Rows: 3}},
		"merge": {`
generators: [{merge: {mergeKeys: [server], generators: [{clusters: {}}, {clusters: {selector: {matchLabels: {env: prod}}, values: {v: prod}}}, {list: {elements: [{server: x}]}}]}}]
template: {metadata: {name: '{{.name}}', labels: {r: '{{.metadata.labels.region}}'}}}`, expand.Stats{Clusters: 2, Rows: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			set := decode(t, "goTemplate: true"+c.set)
			allocations := map[int]float64{}
			for _, n := range []int{100, 10_000} {
				e := expand.NewExpander(set, expand.Options{})
				step := changing(t, e, n)
				step(1)
				if got := e.Stats(); got != c.want {
					t.Errorf("%d clusters: %+v, want %+v", n, got, c.want)
				}
				turn := 1
				allocations[n] = testing.AllocsPerRun(10, func() { turn++; step(turn) })
			}
			// A hundred times the clusters; pools that the collector empties cost a few.
			if allocations[10_000] > 1.5*allocations[100] {
				t.Errorf("allocations by clusters: %v", allocations)
			}
		})
	}
}

// A merge key that one cluster gave up is free for another.
func TestMergeKeysMayMove(t *testing.T) {
	set := decode(t, `
generators: [{merge: {mergeKeys: [server], generators: [{clusters: {}}, {list: {elements: [{server: 'https://x', extra: e}]}}]}}]
template: {metadata: {name: '{{name}}'}}`)
	a, b := clusters.Cluster{Name: "a", Server: "https://x"}, clusters.Cluster{Name: "b", Server: "https://b"}
	in := expand.Inputs{Clusters: fleet(t, a, b)}
	e := expand.NewExpander(set, expand.Options{})
	if result := e.Expand(in); result.Err != nil {
		t.Fatal(result.Err)
	}
	move := func(c *clusters.Cluster, server string) bool {
		c.Server = server
		var err error
		if in.Clusters, err = in.Clusters.With([]clusters.Cluster{*c}, nil); err != nil {
			t.Fatal(err)
		}
		_, ok := e.Change(in, []string{c.Name})
		return ok
	}
	if !move(&a, "https://y") || !move(&b, "https://x") {
		t.Error("a merge key that is free was taken for claimed")
	}
	if move(&a, "https://x") {
		t.Error("two clusters with the same merge keys were not noticed")
	}
}

// Row limits are those of the whole fleet, not of the clusters that changed.
func TestRowLimitHoldsForTheWholeFleet(t *testing.T) {
	set := decode(t, `
generators: [{matrix: {generators: [{clusters: {}}, {list: {elements: [{k: a}, {k: b}]}}]}, selector: {matchLabels: {k: a}}}]
template: {metadata: {name: '{{name}}-{{k}}'}}`)
	opts := expand.Options{MaxRows: 6}
	in := expand.Inputs{Clusters: fleet(t, clusters.Cluster{Name: "a"}, clusters.Cluster{Name: "b"})}
	e := expand.NewExpander(set, opts)
	if result := e.Expand(in); result.Err != nil || len(result.Applications) != 3 {
		t.Fatalf("%v, %v", names(result), result.Err)
	}
	change := func(added []clusters.Cluster, removed ...string) bool {
		next := in
		var err error
		if next.Clusters, err = in.Clusters.With(added, removed); err != nil {
			t.Fatal(err)
		}
		_, ok := e.Change(next, next.Clusters.Changed(in.Clusters))
		if full := expand.Expand(set, next, opts); ok != (full.Err == nil) {
			t.Errorf("a full expansion says %v, a change %v", full.Err, ok)
		}
		if ok {
			in = next
		}
		return ok
	}
	c, d := clusters.Cluster{Name: "c"}, clusters.Cluster{Name: "d"}
	if change([]clusters.Cluster{c}) {
		t.Error("eight rows were let through")
	}
	if !change([]clusters.Cluster{c}, "a") || !change([]clusters.Cluster{d}, "b", "c") || change([]clusters.Cluster{{Name: "e"}, c}) {
		t.Error("the count of rows drifted")
	}
}

// What a changed cluster needs in addition is asked for; until then nothing has
// happened.
func TestAChangeAsksForWhatIsMissing(t *testing.T) {
	set := decode(t, `
generators: [{matrix: {generators: [{clusters: {}}, {git: {repoURL: 'repo-{{name}}', revision: main, directories: [{path: '*'}]}}]}}]
template: {metadata: {name: '{{name}}-{{path}}'}}`)
	tree := &generators.Tree{Commit: "1", Dirs: []string{"x"}}
	repos := map[expand.Repository]*generators.Tree{{URL: "repo-in-cluster", Revision: "main"}: tree}
	e := expand.NewExpander(set, expand.Options{})
	if result := e.Expand(expand.Inputs{Clusters: fleet(t), Repositories: repos}); result.Err != nil || len(result.Applications) != 1 {
		t.Fatalf("%v, %v", names(result), result.Err)
	}
	in := expand.Inputs{Clusters: fleet(t, clusters.Cluster{Name: "a"}), Repositories: repos}
	repo := expand.Repository{URL: "repo-a", Revision: "main"}
	delta, ok := e.Change(in, []string{"a"})
	want := expand.Delta{Missing: []expand.Request{{Path: "generators[0].matrix[1].git", Repository: repo}}}
	if diff := cmp.Diff(want, delta); diff != "" || !ok || e.Gives("a-x") {
		t.Fatalf("%v:\n%s", ok, diff)
	}
	in.Repositories = maps.Clone(repos)
	in.Repositories[repo] = tree
	delta, ok = e.Change(in, []string{"a"})
	if app, _, one := e.Application("a-x"); !ok || !one || len(delta.Applications) != 1 || app.Name != "a-x" {
		t.Errorf("%v, %+v", ok, delta)
	}
	in.Repositories = maps.Clone(in.Repositories)
	in.Repositories[repo] = &generators.Tree{Commit: "2", Dirs: []string{"y"}}
	if _, ok := e.Change(in, []string{"a"}); ok {
		t.Error("another commit of a repository was taken for the same")
	}
}

// Each expansion has a budget of its own, however many there were.
func TestChangesDoNotUseUpTheBudget(t *testing.T) {
	set := decode(t, `
goTemplate: true
generators: [{clusters: {}}]
template: {metadata: {name: '{{ range 1000 }}{{ end }}{{ .name }}'}}`)
	in := expand.Inputs{Clusters: fleet(t)}
	e := expand.NewExpander(set, expand.Options{Budget: templates.Budget{TotalSteps: 20_000}})
	if result := e.Expand(in); result.Err != nil {
		t.Fatal(result.Err)
	}
	for i := range 100 {
		if _, ok := e.Change(in, []string{"in-cluster"}); !ok {
			t.Fatalf("the budget was spent after %d changes", i)
		}
	}
}

// changing expands over n clusters and returns what changes a label of one of
// them, in which every Application of the cluster must change.
func changing(tb testing.TB, e *expand.Expander, n int) (step func(turn int)) {
	tb.Helper()
	in := expand.Inputs{Clusters: largeFleet(tb, n)}
	if result := e.Expand(in); result.Err != nil || len(result.Applications) < n {
		tb.Fatalf("%d applications, %v", len(result.Applications), result.Err)
	}
	subject := in.Clusters.All()[n/2]
	return func(turn int) {
		subject.Labels = maps.Clone(subject.Labels)
		subject.Labels["region"] = fmt.Sprint("region-", turn)
		var err error
		if in.Clusters, err = in.Clusters.With([]clusters.Cluster{subject}, nil); err != nil {
			tb.Fatal(err)
		}
		delta, ok := e.Change(in, []string{subject.Name})
		if !ok || len(delta.Applications) != e.Stats().Rows || len(delta.Applications) == 0 {
			tb.Fatalf("%v, %d applications, %+v", ok, len(delta.Applications), e.Stats())
		}
	}
}

// largeFleet is n labelled clusters.
func largeFleet(tb testing.TB, n int) *clusters.Inventory {
	tb.Helper()
	list := make([]clusters.Cluster, n)
	for i := range list {
		list[i] = clusters.Cluster{
			Name: fmt.Sprintf("edge-%05d", i), Server: fmt.Sprint("https://", i), Origin: fmt.Sprint("cluster argocd/", i),
			Labels: map[string]string{"tier": "edge", "env": []string{"prod", "dev"}[i%2], "region": "r"},
		}
	}
	inventory, err := clusters.NewInventory(list)
	if err != nil {
		tb.Fatal(err)
	}
	return inventory
}
