package apply

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// maxFields bounds the paths listed for one object.
const maxFields = 20

// differingFields lists the paths at which two states of one object differ,
// sorted, without values. Status and what the server keeps for itself
// (managedFields, resourceVersion, generation, ...) do not count.
func differingFields(live, dry *unstructured.Unstructured) []string {
	d := &differ{}
	d.maps("", countable(live), countable(dry))
	slices.Sort(d.paths)
	if len(d.paths) > maxFields {
		more := len(d.paths) - maxFields
		d.paths = append(d.paths[:maxFields:maxFields], fmt.Sprintf("and %d more", more))
	}
	return d.paths
}

// countable is the object without what does not count; nothing is copied
// below the metadata.
func countable(obj *unstructured.Unstructured) map[string]any {
	out := make(map[string]any, len(obj.Object))
	for k, v := range obj.Object {
		if k != "status" && k != "metadata" {
			out[k] = v
		}
	}
	meta := map[string]any{}
	given, _ := obj.Object["metadata"].(map[string]any)
	for k, v := range given {
		switch k {
		case "managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink":
		default:
			meta[k] = v
		}
	}
	out["metadata"] = meta
	return out
}

type differ struct{ paths []string }

func (d *differ) add(path string) { d.paths = append(d.paths, path) }

func (d *differ) values(path string, a, b any) {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			d.maps(path, a, b)
			return
		}
	case []any:
		if b, ok := b.([]any); ok {
			d.lists(path, a, b)
			return
		}
	default:
		if equalScalars(a, b) {
			return
		}
	}
	d.add(path)
}

func (d *differ) maps(path string, a, b map[string]any) {
	for k, av := range a {
		if bv, found := b[k]; found {
			d.values(join(path, k), av, bv)
		} else {
			d.add(join(path, k))
		}
	}
	for k := range b {
		if _, found := a[k]; !found {
			d.add(join(path, k))
		}
	}
}

// lists match elements by their names where all have one, else by position.
func (d *differ) lists(path string, a, b []any) {
	an, aok := byName(a)
	bn, bok := byName(b)
	if aok && bok {
		for name, av := range an {
			if bv, found := bn[name]; found {
				d.values(path+"["+name+"]", av, bv)
			} else {
				d.add(path + "[" + name + "]")
			}
		}
		for name := range bn {
			if _, found := an[name]; !found {
				d.add(path + "[" + name + "]")
			}
		}
		return
	}
	if len(a) != len(b) {
		d.add(path)
		return
	}
	for i := range a {
		d.values(fmt.Sprintf("%s[%d]", path, i), a[i], b[i])
	}
}

func byName(list []any) (map[string]any, bool) {
	out := make(map[string]any, len(list))
	for _, item := range list {
		m, _ := item.(map[string]any)
		name, _ := m["name"].(string)
		if name == "" {
			return nil, false
		}
		if _, twice := out[name]; twice {
			return nil, false
		}
		out[name] = item
	}
	return out, len(list) > 0
}

// equalScalars compares numbers by value: 1 and 1.0 are one.
func equalScalars(a, b any) bool {
	if a == b {
		return true
	}
	x, xok := number(a)
	y, yok := number(b)
	return xok && yok && x == y
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func join(path, key string) string {
	switch {
	case strings.ContainsAny(key, "./"):
		return path + "[" + key + "]"
	case path == "":
		return key
	default:
		return path + "." + key
	}
}
