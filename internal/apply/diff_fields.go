package apply

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

const (
	// maxDiffFields bounds the fields listed for one object.
	maxDiffFields = 500
	// maxDiffValue bounds one value's JSON, in bytes.
	maxDiffValue = 8 << 10
)

// leaf is a scalar, a list of scalars, or an empty map.
type leaf struct {
	value any
	// steps to it: a string (a key) or an element of a list.
	steps []any
}

// element of a list.
type element struct {
	index int
	value any
}

// leavesOf an object by path, and the paths of all that leads to them. What
// the server keeps for itself does not count; neither do nulls, which stand
// for nothing. obj may be nil.
func leavesOf(obj *unstructured.Unstructured) (leaves map[string]leaf, branches map[string]bool) {
	w := &flattener{leaves: map[string]leaf{}, branches: map[string]bool{}}
	if obj != nil {
		w.value("", nil, countable(obj))
	}
	return w.leaves, w.branches
}

type flattener struct {
	leaves   map[string]leaf
	branches map[string]bool
}

func (w *flattener) value(path string, steps []any, v any) {
	switch v := v.(type) {
	case nil:
		return
	case map[string]any:
		if len(v) > 0 {
			w.branches[path] = true
			for k, item := range v {
				w.value(join(path, k), append(slices.Clone(steps), k), item)
			}
			return
		}
	case []any:
		if len(v) > 0 && !scalars(v) {
			w.branches[path] = true
			w.list(path, steps, v)
			return
		}
	}
	w.leaves[path] = leaf{v, steps}
}

func (w *flattener) list(path string, steps []any, list []any) {
	_, named := byName(list)
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if named {
			name, _ := item.(map[string]any)["name"].(string)
			at = path + "[" + name + "]"
		}
		w.value(at, append(slices.Clone(steps), element{i, item}), item)
	}
}

func scalars(list []any) bool {
	for _, item := range list {
		switch item.(type) {
		case map[string]any, []any:
			return false
		}
	}
	return true
}

func equalLeaves(a, b any) bool {
	x, xok := a.([]any)
	y, yok := b.([]any)
	if xok && yok {
		return slices.EqualFunc(x, y, equalScalars)
	}
	if m, ok := a.(map[string]any); ok { // empty, as b is if it is a map
		_, ok := b.(map[string]any)
		return ok && len(m) == 0
	}
	if xok || yok {
		return false
	}
	if _, ok := b.(map[string]any); ok {
		return false
	}
	return equalScalars(a, b)
}

// fieldsOf an object that is live, or nil, and would be as after shows if want
// were applied. First what changes, then what stays though want does not say
// it, each by path; and how many more there are.
func fieldsOf(live, after, want *unstructured.Unstructured, ref Ref, hide *redactor) (fields []fleet.FieldDiff, more int) {
	was, wasBranches := leavesOf(live)
	is, isBranches := leavesOf(after)
	wanted, branches := leavesOf(want)
	owners := ownersIn(live)
	inWant := func(path string) bool { _, leaf := wanted[path]; return leaf || branches[path] }
	var stays []fleet.FieldDiff
	paths := maps.Clone(was)
	maps.Copy(paths, is)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		from, before := was[path]
		to, then := is[path]
		f := fleet.FieldDiff{Path: path, Change: fleet.FieldEdit}
		switch {
		case live == nil && identity(path), !before && wasBranches[path], !then && isBranches[path]:
			continue // in the title, or told by what is below
		case before && then && equalLeaves(from.value, to.value):
			if f.Change = fleet.FieldKeep; inWant(path) || identity(path) {
				continue
			}
		case !before:
			f.Change = fleet.FieldAdd
		case !then:
			f.Change = fleet.FieldRemove
		}
		mine := false
		if before {
			f.Managers, mine = owners.of(from.steps)
			f.From = valueOf(from.value)
		}
		if then && f.Change != fleet.FieldKeep {
			f.To = valueOf(to.value)
		}
		f.Class = classOf(f, mine, inWant(path))
		f = hide.field(ref, f)
		if f.Change == fleet.FieldKeep {
			stays = append(stays, f)
		} else {
			fields = append(fields, f)
		}
	}
	fields = append(fields, stays...)
	if len(fields) > maxDiffFields {
		fields, more = fields[:maxDiffFields:maxDiffFields], len(fields)-maxDiffFields
	}
	return fields, more
}

// classOf a field by who wrote its live value and whether Git says it.
func classOf(f fleet.FieldDiff, mine, inWant bool) fleet.FieldClass {
	switch {
	case len(f.Managers) > 0 && !mine:
		return fleet.FieldOther
	case inWant, f.Change == fleet.FieldRemove:
		return fleet.FieldYours
	default:
		return fleet.FieldDefaulted
	}
}

// ignoredFields differ from what is wanted, and stay by a rule.
func ignoredFields(c contrast, hide *redactor) []fleet.FieldDiff {
	if c.want == c.o.want {
		return nil
	}
	stays, stayBranches := leavesOf(c.want)
	given, givenBranches := leavesOf(c.o.want)
	paths := maps.Clone(stays)
	maps.Copy(paths, given)
	var out []fleet.FieldDiff
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		from, before := stays[path]
		to, then := given[path]
		if before && then && equalLeaves(from.value, to.value) || !before && stayBranches[path] || !then && givenBranches[path] {
			continue
		}
		f := fleet.FieldDiff{Path: path, Class: fleet.FieldIgnored, Change: fleet.FieldKeep}
		if before {
			f.From = valueOf(from.value)
		}
		if then {
			f.To = valueOf(to.value)
		}
		out = append(out, hide.field(c.o.ref, f))
	}
	return out[:min(len(out), maxDiffFields)]
}

// identity tells what the title of a diff says already.
func identity(path string) bool {
	return path == "apiVersion" || path == "kind" || path == "metadata.name" || path == "metadata.namespace"
}

// valueOf is a value as JSON, with <, > and & as they are.
func valueOf(v any) json.RawMessage {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return json.RawMessage(`"(not JSON)"`)
	}
	return json.RawMessage(strings.TrimSuffix(out.String(), "\n"))
}
