package expand_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

// randomFleet is a fleet that changes step by step.
type randomFleet struct {
	list      map[string]clusters.Cluster
	inventory *clusters.Inventory
}

func drawFleet(t *rapid.T) *randomFleet {
	f := &randomFleet{list: map[string]clusters.Cluster{}}
	for i := range rapid.IntRange(0, 6).Draw(t, "clusters") {
		c := drawCluster(t, fmt.Sprint("c", i))
		f.list[c.Name] = c
	}
	var err error
	if f.inventory, err = clusters.NewInventory(slices.Collect(maps.Values(f.list))); err != nil {
		t.Fatal(err)
	}
	return f
}

// drawCluster is one that may lack labels, stand for the hub's own, or share
// its server.
func drawCluster(t *rapid.T, name string) clusters.Cluster {
	c := clusters.Cluster{Name: name, Server: "https://" + name, Origin: "cluster argocd/" + name, Labels: map[string]string{}}
	if server := rapid.IntRange(0, 19).Draw(t, "server"); server == 0 {
		c.Server = "https://kubernetes.default.svc"
	} else if server < 4 {
		c.Server = "https://shared"
	}
	if r := rapid.IntRange(0, 3).Draw(t, "region"); r < 3 {
		c.Labels["region"] = fmt.Sprint("r", r)
	}
	if rapid.Bool().Draw(t, "tier") {
		c.Labels["tier"] = fmt.Sprint("t", rapid.IntRange(0, 1).Draw(t, "of"))
	}
	return c
}

// step changes, adds, removes or renames some clusters and says which names
// that concerns.
func (f *randomFleet) step(t *rapid.T) []string {
	var changed []clusters.Cluster
	var names, removed []string
	touched := map[string]bool{}
	for range rapid.IntRange(1, 3).Draw(t, "changes") {
		name := rapid.SampledFrom([]string{"c0", "c1", "c2", "c3", "c4", "c5", "c6", "in-cluster"}).Draw(t, "name")
		if touched[name] {
			continue
		}
		touched[name] = true
		names = append(names, name)
		if _, there := f.list[name]; there && rapid.IntRange(0, 3).Draw(t, "leaves") == 0 {
			removed = append(removed, name)
			delete(f.list, name)
			continue
		}
		c := drawCluster(t, name)
		f.list[name] = c
		changed = append(changed, c)
	}
	var err error
	if f.inventory, err = f.inventory.With(changed, removed); err != nil {
		t.Fatal(err)
	}
	return names
}

// inMode writes a set for fasttemplate, or for Go templates.
func inMode(set string, goTemplate bool) string {
	open, mode := "{{", "goTemplate: false\n"
	if goTemplate {
		open, mode = "{{.", "goTemplate: true\ngoTemplateOptions: [missingkey=error]\n"
	}
	var out strings.Builder
	for i, part := range strings.Split(mode+set, "@") {
		switch {
		case i == 0:
			out.WriteString(part)
		case i%2 == 1:
			out.WriteString(open + part)
		default:
			out.WriteString("}}" + part)
		}
	}
	return out.String()
}

// inputsFor answers everything that a set over any random fleet may ask.
func inputsFor(t *rapid.T, set *v1alpha1.ApplicationSet, inventory *clusters.Inventory) expand.Inputs {
	in := expand.Inputs{Clusters: inventory, Repositories: map[expand.Repository]*generators.Tree{}, Answers: map[expand.Question]*generators.Answer{}}
	for _, url := range []string{"repo", "repo-r0", "repo-r1", "repo-r2"} {
		in.Repositories[expand.Repository{URL: url, Revision: "main"}] = &generators.Tree{
			Commit: "1", Dirs: []string{"conf", "x", "y"},
			Files: []string{"conf/r0.yaml", "conf/r1.yaml"},
			FS: fstest.MapFS{
				"conf/r0.yaml": {Data: []byte("[{id: '1', rare: x}, {id: '2'}]")},
				"conf/r1.yaml": {Data: []byte("{id: '3', rare: y}")},
			},
		}
	}
	for _, request := range expand.Expand(set, in, expand.Options{}).Missing {
		in.Answers[request.Question] = &generators.Answer{MatchKey: "clusterName", StatusListKey: "decisions", Decisions: []map[string]any{
			{"clusterName": "c1", "weight": "1"}, {"clusterName": "c1", "weight": "2"}, {"clusterName": "nowhere"},
			{"clusterName": "c3", "weight": "1"}, {"clusterName": "in-cluster"},
		}}
	}
	return in
}

var byText = cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })

func diffResults(a, b expand.Result) string { return cmp.Diff(a, b, byText) }

// mirror is what somebody holds who only ever sees deltas.
type mirror struct {
	Applications map[string]held
	Rejected     map[expand.Origin]string
	Duplicates   map[string]expand.Duplicate
}

type held struct {
	Application v1alpha1.Application
	Origin      expand.Origin
}

func mirrorOf(r expand.Result) *mirror {
	m := &mirror{map[string]held{}, map[expand.Origin]string{}, map[string]expand.Duplicate{}}
	for i := range r.Applications {
		m.Applications[r.Applications[i].Name] = held{r.Applications[i], r.Origins[i]}
	}
	for _, row := range r.Rejected {
		m.Rejected[row.Origin] = row.Err.Error()
	}
	for _, d := range r.Duplicates {
		m.Duplicates[d.Name] = d
	}
	return m
}

// follow takes a delta in and compares with the whole.
func (m *mirror) follow(want expand.Result, d expand.Delta) string {
	for _, name := range d.Unique {
		delete(m.Duplicates, name)
	}
	for _, gone := range d.Gone {
		delete(m.Applications, gone.Name)
	}
	for i := range d.Applications {
		m.Applications[d.Applications[i].Name] = held{d.Applications[i], d.Origins[i]}
	}
	for _, twice := range d.Duplicates {
		delete(m.Applications, twice.Name)
		m.Duplicates[twice.Name] = twice
	}
	for _, origin := range d.Cleared {
		delete(m.Rejected, origin)
	}
	for _, row := range d.Rejected {
		m.Rejected[row.Origin] = row.Err.Error()
	}
	return cmp.Diff(mirrorOf(want), m)
}

func sameResult(a, b expand.Result) bool { return cmp.Equal(a, b, byText) }
