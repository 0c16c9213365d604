package health

import (
	"cmp"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kinds with a built-in rule, sorted.
func Kinds() []schema.GroupKind {
	return slices.SortedFunc(maps.Keys(rules), func(a, b schema.GroupKind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
}
