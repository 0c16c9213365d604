package explain_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/explain"
)

type object = map[string]any

var (
	names  = rapid.SampledFrom([]string{"a", "b", "c", "d"})
	values = rapid.SampledFrom([]string{"x", "y", "X"})
	keys   = rapid.SampledFrom([]string{"env", "tier", "Env"})
)

func drawFleet(t *rapid.T) *clusters.Inventory {
	var list []clusters.Cluster
	for _, name := range rapid.SliceOfDistinct(names, rapid.ID[string]).Draw(t, "clusters") {
		list = append(list, clusters.Cluster{Name: name, Server: "https://" + name,
			Labels: rapid.MapOfN(keys, values, 0, 2).Draw(t, "labels")})
	}
	inventory, err := clusters.NewInventory(list)
	if err != nil {
		t.Fatal(err)
	}
	return inventory
}

func drawSelector(t *rapid.T, keys *rapid.Generator[string]) object {
	if rapid.Bool().Draw(t, "labels") {
		return object{"matchLabels": rapid.MapOfN(keys, values, 0, 2).Draw(t, "matchLabels")}
	}
	term := object{"key": keys.Draw(t, "key"), "operator": rapid.SampledFrom([]string{"In", "NotIn", "Exists", "DoesNotExist"}).Draw(t, "operator")}
	if strings.HasSuffix(term["operator"].(string), "In") {
		term["values"] = rapid.SliceOfN(values, 1, 2).Draw(t, "values")
	}
	return object{"matchExpressions": []any{term}}
}

func drawGenerator(t *rapid.T, depth int) object {
	out := object{}
	if rapid.IntRange(0, 3).Draw(t, "post") == 0 {
		out["selector"] = drawSelector(t, rapid.SampledFrom([]string{"name", "kind", "metadata.labels.env"}))
	}
	legs := func(at string) []any {
		return []any{drawGenerator(t, depth+1), drawGenerator(t, depth+1)}
	}
	switch kind := rapid.IntRange(0, 3).Draw(t, "generator"); {
	case kind == 2 && depth < 2:
		out["matrix"] = object{"generators": legs("matrix")}
	case kind == 3 && depth < 2:
		out["merge"] = object{"mergeKeys": []string{"name"}, "generators": legs("merge")}
	case kind == 1:
		var elements []any
		for _, name := range rapid.SliceOfNDistinct(names, 0, 2, rapid.ID[string]).Draw(t, "elements") {
			elements = append(elements, object{"name": name, "kind": values.Draw(t, "kind")})
		}
		out["list"] = object{"elements": elements}
	default:
		out["clusters"] = object{}
		if rapid.Bool().Draw(t, "select") {
			out["clusters"] = object{"selector": drawSelector(t, keys)}
		}
	}
	return out
}

func drawSet(t *rapid.T) *v1alpha1.ApplicationSet {
	dot := ""
	spec := object{"goTemplate": false}
	if rapid.Bool().Draw(t, "goTemplate") {
		dot, spec["goTemplate"], spec["goTemplateOptions"] = ".", true, []string{"missingkey=error"}
	}
	var list []any
	for range rapid.IntRange(1, 2).Draw(t, "generators") {
		list = append(list, drawGenerator(t, 0))
	}
	spec["generators"] = list
	tag := func(key string) string { return "{{" + dot + key + "}}" }
	spec["template"] = object{
		"metadata": object{"name": rapid.SampledFrom([]string{"app", "app-" + tag("name"), tag("name") + "-" + tag("metadata.labels.env")}).Draw(t, "name")},
		"spec": object{"destination": rapid.SampledFrom([]object{
			{"name": tag("name")}, {"server": tag("server")}, {"server": "https://a/"}, {"name": "in-cluster"}, {"name": "a", "server": "https://a"}, {},
		}).Draw(t, "destination")},
	}
	raw, err := json.Marshal(object{"metadata": object{"name": "set"}, "spec": spec})
	if err != nil {
		t.Fatal(err)
	}
	set := &v1alpha1.ApplicationSet{}
	if err := json.Unmarshal(raw, set); err != nil {
		t.Fatal(err)
	}
	return set
}

// goesTo spells out what a destination means, apart from the code under test.
func goesTo(to v1alpha1.ApplicationDestination, c clusters.Cluster) bool {
	return to.Name == c.Name && to.Server == "" || to.Name == "" && strings.TrimSuffix(to.Server, "/") == c.Server
}

func TestYesMeansThatExpansionHasTheRow(t *testing.T) {
	verdicts := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		set, inventory := drawSet(t), drawFleet(t)
		run := func(s *v1alpha1.ApplicationSet, over *clusters.Inventory) (expand.Result, error) {
			return expand.Expand(s, expand.Inputs{Clusters: over}, expand.Options{}), nil
		}
		result, _ := run(set, inventory)
		for _, c := range inventory.All() {
			want := false
			for i := range result.Applications {
				want = want || goesTo(result.Applications[i].Spec.Destination, c)
			}
			question := explain.Question{Set: set, Cluster: c.Name, Inventory: inventory, Expand: run}
			got, err := explain.Explain(question)
			if err != nil || got.Yes != want || (got.Reason.Code == explain.CodeRow) != want || got.Reason.Message == "" {
				t.Fatalf("cluster %s: expansion has its row: %v; got %+v, %v", c.Name, want, got, err)
			}
			if again, _ := explain.Explain(question); !cmp.Equal(got, again, cmp.AllowUnexported(explain.Reason{})) {
				t.Fatalf("asked twice: %s", cmp.Diff(got, again, cmp.AllowUnexported(explain.Reason{})))
			}
			verdicts[string(got.Reason.Code)]++
		}
	})
	for _, code := range []explain.Code{explain.CodeRow, explain.CodeSelector, explain.CodeDestination, explain.CodeExpansion} {
		if verdicts[string(code)] == 0 {
			t.Errorf("no case of %s among %s: the test draws too little", code, fmt.Sprint(verdicts))
		}
	}
}

// drawTerms is a selector of several terms.
func drawTerms(t *rapid.T) object {
	selector := drawSelector(t, keys)
	for key, value := range drawSelector(t, keys) {
		if old, ok := selector[key].([]any); ok {
			value = append(old, value.([]any)...)
		}
		selector[key] = value
	}
	return selector
}

// relabel does what the command or the sentence says; false for another sort
// of change.
func relabel(c *clusters.Cluster, change string) bool {
	words, ok := strings.CutPrefix(change, "fairlead cluster label "+c.Name+" ")
	if !ok {
		return false
	}
	for _, word := range strings.Fields(words) {
		if key, removed := strings.CutSuffix(word, "-"); removed {
			delete(c.Labels, key)
			continue
		}
		key, value, _ := strings.Cut(word, "=")
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		c.Labels[key] = value
	}
	return true
}

// What is said to change the answer does change it, whatever else the set asks
// of the cluster; where it alone does not, the answer says what is in the way.
func TestTheChangeOfLabelsHelps(t *testing.T) {
	outcomes := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		raw, err := json.Marshal(object{"spec": object{
			"goTemplate": true, "goTemplateOptions": []string{"missingkey=error"},
			"generators": []any{object{"matrix": object{"generators": []any{
				object{"clusters": object{"selector": drawTerms(t)}},
				object{"list": object{"elements": rapid.SampledFrom([][]any{{object{"n": 1}}, {object{"n": 1}}, {}}).Draw(t, "elements")}},
			}}}},
			"template": object{"metadata": object{"name": rapid.SampledFrom([]string{"{{.name}}", "{{.name}}-{{.metadata.labels.env}}"}).Draw(t, "name")},
				"spec": object{"destination": object{"name": "{{.name}}"}}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		set := &v1alpha1.ApplicationSet{}
		if err := json.Unmarshal(raw, set); err != nil {
			t.Fatal(err)
		}
		list := []clusters.Cluster{
			{Name: "a", Server: "https://a", Labels: rapid.MapOfN(keys, values, 0, 2).Draw(t, "labels")},
			{Name: "b", Server: "https://b", Labels: rapid.MapOfN(keys, values, 0, 2).Draw(t, "others")},
		}
		ask := func() explain.Answer {
			inventory, err := clusters.NewInventory(list)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := explain.Explain(explain.Question{Set: set, Cluster: "a", Inventory: inventory,
				Expand: func(s *v1alpha1.ApplicationSet, over *clusters.Inventory) (expand.Result, error) {
					return expand.Expand(s, expand.Inputs{Clusters: over}, expand.Options{}), nil
				}})
			if err != nil {
				t.Fatal(err)
			}
			return answer
		}
		before := ask()
		if before.Yes || !relabel(&list[0], before.Reason.Change) {
			return
		}
		after := ask()
		outcomes[after.Yes]++
		if after.Yes != (before.Reason.Next == "") {
			t.Fatalf("%+v\nleads to\n%+v", before.Reason, after.Reason)
		}
		if !after.Yes && before.Reason.Next != after.Reason.String() {
			t.Fatalf("next is %q, and then it is %q", before.Reason.Next, after.Reason)
		}
	})
	if outcomes[true] == 0 || outcomes[false] == 0 {
		t.Errorf("changes that help and that do not: %v: the test draws too little", outcomes)
	}
}
