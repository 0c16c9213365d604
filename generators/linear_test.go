package generators_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
)

func TestDependence(t *testing.T) {
	const list, fleet, flat = `{list: {elements: [{a: b}]}}`, `{clusters: {}}`, `{clusters: {flatList: true}}`
	matrix := func(legs string) string { return `{matrix: {generators: [` + legs + `]}}` }
	merge := func(legs string) string { return `{merge: {mergeKeys: [name], generators: [` + legs + `]}}` }
	for spec, want := range map[string]generators.Dependence{
		`{}`:  generators.Independent,
		list:  generators.Independent,
		fleet: generators.Linear,
		flat:  generators.Entire,
		`{git: {repoURL: r, revision: main, directories: [{path: a}]}}`: generators.Independent,
		`{clusterDecisionResource: {configMapRef: c}}`:                  generators.Linear,
		`{list: {elements: []}, clusters: {}}`:                          generators.Linear,
		`{clusters: {}, selector: {matchLabels: {a: b}}}`:               generators.Linear,
		matrix(list + `, ` + list):                                      generators.Independent,
		matrix(fleet + `, ` + list):                                     generators.Linear,
		matrix(list + `, ` + fleet):                                     generators.Linear,
		matrix(fleet + `, ` + fleet):                                    generators.Entire,
		matrix(flat + `, ` + list):                                      generators.Entire,
		matrix(list + `, ` + fleet + `, ` + list):                       generators.Linear,
		matrix(fleet + `, ` + list + `, ` + fleet):                      generators.Entire,
		matrix(list + `, ` + matrix(list+`, `+fleet)):                   generators.Linear,
		matrix(fleet + `, ` + matrix(list+`, `+fleet)):                  generators.Entire,
		matrix(list + `, ` + matrix(list+`, `+flat)):                    generators.Entire,
		merge(fleet + `, ` + list):                                      generators.Linear,
		merge(fleet + `, ` + fleet + `, ` + list):                       generators.Linear,
		merge(list + `, ` + fleet):                                      generators.Entire,
		merge(list + `, ` + list):                                       generators.Independent,
		merge(flat + `, ` + list):                                       generators.Entire,
		merge(fleet + `, ` + flat):                                      generators.Entire,
		merge(matrix(list+`, `+fleet) + `, ` + list):                    generators.Linear,
		matrix(merge(fleet+`, `+list) + `, ` + list):                    generators.Linear,
		matrix(list + `, ` + merge(fleet+`, `+list)):                    generators.Entire,
		matrix(list + `, ` + merge(list+`, `+list)):                     generators.Independent,
		matrix(list + `, ` + matrix(list+`, `+merge(fleet+`, `+list))):  generators.Entire,
		`{matrix: {generators: [{clusters: {}}, {matrix: 1}]}}`:         generators.Entire,
	} {
		if got := generators.DependenceOf(decode(t, spec)); got != want {
			t.Errorf("%s: %v, want %v", spec, got, want)
		}
	}
}

// What Linear promises: the rows over a fleet are those over its clusters one by
// one.
func TestLinearRowsAreTheSumOfTheirParts(t *testing.T) {
	whole := inputs(t)
	for name, spec := range subjects {
		if generators.DependenceOf(decode(t, spec)) != generators.Linear {
			continue
		}
		rows, err := evaluateWith(t, spec, generators.Options{GoTemplate: true}, whole)
		if err != nil {
			t.Fatal(err)
		}
		var parts []generators.Row
		for _, c := range whole.Clusters.All() {
			part := whole
			part.Clusters = whole.Clusters.Only([]string{c.Name})
			some, err := evaluateWith(t, spec, generators.Options{GoTemplate: true}, part)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range some {
				if row.Origin.Cluster != c.Name {
					t.Errorf("%s: a row of cluster %q says it is of %q", name, c.Name, row.Origin.Cluster)
				}
			}
			parts = append(parts, some...)
		}
		if diff := cmp.Diff(rows, parts); diff != "" || len(rows) == 0 {
			t.Errorf("%s (-whole +parts):\n%s", name, diff)
		}
	}
}

func TestDecisionsAreTheSumOfTheirParts(t *testing.T) {
	spec := `{clusterDecisionResource: {configMapRef: placements, name: p}}`
	in := inputs(t)
	e := newEvaluatorOver(t, generators.Options{}, in)
	if _, err := e.Evaluate("generators[0]", decode(t, spec)); err != nil || len(e.Missing()) != 1 {
		t.Fatalf("%v, %v", e.Missing(), err)
	}
	in.Answers = map[generators.Question]*generators.Answer{e.Missing()[0].Question: {
		MatchKey: "cluster", StatusListKey: "decisions",
		Decisions: []map[string]any{{"cluster": "us", "w": 1}, {"cluster": "eu"}, {"cluster": "us", "w": 2}, {"cluster": "gone"}},
	}}
	count := func(inventory *clusters.Inventory) int {
		in.Clusters = inventory
		rows, err := evaluateWith(t, spec, generators.Options{}, in)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows)
	}
	all := in.Clusters
	if whole, us, eu := count(all), count(all.Only([]string{"us"})), count(all.Only([]string{"eu"})); whole != 3 || us != 2 || eu != 1 {
		t.Errorf("%d rows, of which %d and %d", whole, us, eu)
	}
}
