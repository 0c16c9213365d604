package expand_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
)

// drawShape draws any of the shapes, in either mode.
func drawShape(t *rapid.T, sets map[string]*v1alpha1.ApplicationSet) (string, *v1alpha1.ApplicationSet) {
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(sets))).Draw(t, "set")
	return name, sets[name]
}

func decodeShapes(t *testing.T, leaveOut ...string) map[string]*v1alpha1.ApplicationSet {
	out := map[string]*v1alpha1.ApplicationSet{}
	for name, spec := range shapes {
		if !slices.Contains(leaveOut, name) {
			out[name], out[name+" in Go"] = decode(t, inMode(spec, false)), decode(t, inMode(spec, true))
		}
	}
	return out
}

// The order in which clusters are listed never changes a result.
func TestOrderNeverMatters(t *testing.T) {
	sets := decodeShapes(t)
	rapid.Check(t, func(t *rapid.T) {
		_, set := drawShape(t, sets)
		in := inputsFor(t, set, drawFleet(t).inventory)
		want := expand.Expand(set, in, expand.Options{Workers: 1})
		shuffled, err := clusters.NewInventory(rapid.Permutation(in.Clusters.All()).Draw(t, "order"))
		if err != nil {
			t.Fatal(err)
		}
		in.Clusters = shuffled
		if got := expand.Expand(set, in, expand.Options{Workers: 4}); !sameResult(want, got) {
			t.Fatal(diffResults(want, got))
		}
	})
}

// Removing a cluster removes exactly its rows, whatever became of them.
func TestRemovingAClusterRemovesExactlyItsRows(t *testing.T) {
	// Left out are sets whose rows are of no cluster, or outlive one that was
	// merely laid over them.
	sets := decodeShapes(t, "flat list", "merge over a list", "merge of different clusters")
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		_, set := drawShape(t, sets)
		f := drawFleet(t)
		in := inputsFor(t, set, f.inventory)
		gone := rapid.SampledFrom(in.Clusters.All()).Draw(t, "gone")
		if gone.Implicit || gone.Server == "https://kubernetes.default.svc" {
			return // the hub's own cluster would come in its place
		}
		before := expand.Expand(set, in, expand.Options{})
		var err error
		if in.Clusters, err = in.Clusters.With(nil, []string{gone.Name}); err != nil {
			t.Fatal(err)
		}
		after := expand.Expand(set, in, expand.Options{})
		if before.Err != nil || after.Err != nil {
			return // two clusters clash, or did
		}
		compared++
		want := slices.DeleteFunc(allRows(before), func(o expand.Origin) bool { return slices.Contains(o.Clusters(), gone.Name) })
		if got := allRows(after); !slices.Equal(want, got) {
			t.Fatalf("without %q there are %q, want %q", gone.Name, got, want)
		}
	})
	if compared < 20 {
		t.Errorf("only %d expansions were compared", compared)
	}
}

// allRows are the origins of all rows: of Applications, rejected and duplicate.
func allRows(r expand.Result) []expand.Origin {
	out := slices.Clone(r.Origins)
	for _, row := range r.Rejected {
		out = append(out, row.Origin)
	}
	for _, d := range r.Duplicates {
		out = append(out, d.Origins...)
	}
	slices.SortFunc(out, func(a, b expand.Origin) int { return strings.Compare(a.String(), b.String()) })
	return out
}
