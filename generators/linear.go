package generators

import (
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Dependence says how the rows of a generator depend on the fleet.
type Dependence int

const (
	// Independent rows derive from no cluster: no change of the fleet is one of
	// theirs.
	Independent Dependence = iota
	// Linear rows derive from one cluster each, through one clusters generator,
	// or through the legs of a merge that agree on it. The rows of a part of
	// the fleet are a part of the rows, so a changed cluster's own can be
	// evaluated alone.
	Linear
	// Entire is anything else: a row may derive from several clusters, or from
	// all.
	Entire
)

// DependenceOf classifies one entry of spec.generators. It looks at the shape
// alone: the rows of a Linear merge are linear as long as no two clusters have
// the same merge keys, see Evaluator.MergeKeys. A generator that cannot be
// read is Entire; evaluating it says why.
func DependenceOf(g *v1alpha1.ApplicationSetGenerator) Dependence {
	out := Independent
	for _, k := range allKinds() {
		if k.present(g) {
			out = max(out, dependenceOf(k.name, g))
		}
	}
	return out
}

// Paths names the generators of entry i of spec.generators, as origins do.
func Paths(i int, g *v1alpha1.ApplicationSetGenerator) []string {
	var out []string
	for _, k := range allKinds() {
		if k.present(g) {
			out = append(out, fmt.Sprintf("generators[%d].%s", i, k.name))
		}
	}
	return out
}

func dependenceOf(kind string, g *generator) Dependence {
	switch kind {
	case "clusters":
		if g.Clusters.FlatList {
			return Entire
		}
		return Linear
	case "clusterDecisionResource":
		return Linear
	case "matrix":
		return matrixDependence(g.Matrix.Generators)
	case "merge":
		return mergeDependence(g.Merge.Generators)
	default:
		return Independent
	}
}

// matrixDependence is linear with one leg that is: the others, which may be
// templated by its rows, add to each row and not to each other's.
func matrixDependence(legs []v1alpha1.ApplicationSetNestedGenerator) Dependence {
	out := Independent
	for i := range legs {
		leg := nestedDependence(&legs[i])
		switch {
		case leg == Independent:
		case out != Independent, leg == Linear && i > 0 && holdsMerge(&legs[i]):
			return Entire
		default:
			out = leg
		}
	}
	return out
}

// mergeDependence is linear if the base is: then a later leg's cluster lies
// over the base row of the same merge keys.
func mergeDependence(legs []v1alpha1.ApplicationSetNestedGenerator) Dependence {
	out := Independent
	for i := range legs {
		leg := nestedDependence(&legs[i])
		if leg == Entire || i > 0 && leg > out {
			return Entire
		}
		out = max(out, leg)
	}
	return out
}

func nestedDependence(nested *v1alpha1.ApplicationSetNestedGenerator) Dependence {
	g, err := typed(nested)
	if err != nil {
		return Entire
	}
	return DependenceOf(g)
}

// holdsMerge says whether there is a merge in a leg that an earlier leg may
// template. It is then evaluated for every row, each with merge keys of its
// own.
func holdsMerge(nested *v1alpha1.ApplicationSetNestedGenerator) bool {
	if nested.Merge != nil {
		return true
	}
	g, err := typed(nested)
	if err != nil || g.Matrix == nil {
		return false
	}
	for i := range g.Matrix.Generators {
		if holdsMerge(&g.Matrix.Generators[i]) {
			return true
		}
	}
	return false
}
