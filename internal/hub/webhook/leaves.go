package webhook

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leaf is a generator that is no combination of others.
type leaf = v1alpha1.ApplicationSetNestedGenerator

// leavesOf lists the generators of a set, those inside of matrix and merge
// too, to any depth. What does not decode is left out: such a set says so
// itself and expands to nothing new.
func leavesOf(set *unstructured.Unstructured) []leaf {
	spec, _, _ := unstructured.NestedFieldNoCopy(set.Object, "spec", "generators")
	list, _ := spec.([]any)
	var out []leaf
	for _, one := range list {
		raw, err := json.Marshal(one)
		if err != nil {
			continue
		}
		out = append(out, leavesIn(raw)...)
	}
	return out
}

// combination is what a matrix and a merge have in common.
type combination struct {
	Generators []json.RawMessage `json:"generators"`
}

func leavesIn(raw json.RawMessage) []leaf {
	var g leaf
	if json.Unmarshal(raw, &g) != nil {
		return nil
	}
	var out []leaf
	if g.Git != nil || g.SCMProvider != nil || g.PullRequest != nil || g.Plugin != nil {
		out = append(out, g)
	}
	if g.Matrix != nil {
		out = append(out, combined(g.Matrix.Raw)...)
	}
	if g.Merge != nil {
		out = append(out, combined(g.Merge.Raw)...)
	}
	return out
}

func combined(raw json.RawMessage) []leaf {
	var c combination
	if json.Unmarshal(raw, &c) != nil {
		return nil
	}
	var out []leaf
	for _, g := range c.Generators {
		out = append(out, leavesIn(g)...)
	}
	return out
}
