package inputs

import (
	"encoding/json"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// chain is the length of the longest chain of generators of which each may
// depend on the one before it: the legs of a matrix depend on each other, those
// of a merge do not.
func chain(generators []v1alpha1.ApplicationSetGenerator) int {
	longest := 1
	for i := range generators {
		g := &generators[i]
		if g.Matrix != nil {
			longest = max(longest, sumOf(g.Matrix.Generators))
		}
		if g.Merge != nil {
			longest = max(longest, maxOf(g.Merge.Generators))
		}
	}
	return longest
}

func sumOf(legs []v1alpha1.ApplicationSetNestedGenerator) int {
	total := 0
	for i := range legs {
		total += nestedChain(&legs[i])
	}
	return total
}

func maxOf(legs []v1alpha1.ApplicationSetNestedGenerator) int {
	longest := 1
	for i := range legs {
		longest = max(longest, nestedChain(&legs[i]))
	}
	return longest
}

// nestedChain looks into the JSON of a nested matrix or merge. What cannot be
// read counts as one: the expansion reports it.
func nestedChain(leg *v1alpha1.ApplicationSetNestedGenerator) int {
	longest := 1
	if leg.Matrix != nil {
		var nested v1alpha1.MatrixGenerator
		if json.Unmarshal(leg.Matrix.Raw, &nested) == nil {
			longest = max(longest, sumOf(nested.Generators))
		}
	}
	if leg.Merge != nil {
		var nested v1alpha1.MergeGenerator
		if json.Unmarshal(leg.Merge.Raw, &nested) == nil {
			longest = max(longest, maxOf(nested.Generators))
		}
	}
	return longest
}
