package apply

import (
	"strconv"

	"k8s.io/apimachinery/pkg/runtime"
)

// copyAt makes the field of to at a path what it is in from; absent there, it
// becomes absent. Where to has nothing that could hold the field, nothing is
// done.
func copyAt(to, from any, path fieldPath) {
	if len(path) == 0 {
		return
	}
	value, found := valueAt(from, path)
	parent, ok := valueAt(to, path[:len(path)-1])
	if !ok {
		return
	}
	switch parent := parent.(type) {
	case map[string]any:
		key, isKey := path[len(path)-1].(string)
		switch {
		case !isKey:
		case found:
			parent[key] = runtime.DeepCopyJSONValue(value)
		default:
			delete(parent, key)
		}
	case []any:
		if i := position(parent, path[len(path)-1]); i >= 0 && found {
			parent[i] = runtime.DeepCopyJSONValue(value)
		}
	}
}

// valueAt follows a path.
func valueAt(v any, path fieldPath) (any, bool) {
	for _, step := range path {
		switch container := v.(type) {
		case map[string]any:
			key, isKey := step.(string)
			next, found := container[key]
			if !isKey || !found {
				return nil, false
			}
			v = next
		case []any:
			i := position(container, step)
			if i < 0 {
				return nil, false
			}
			v = container[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// position of the element that a step names; -1 if there is none.
func position(list []any, step any) int {
	switch step := step.(type) {
	case string: // of a JSON pointer
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(list) {
			return i
		}
	case int:
		if step >= 0 && step < len(list) {
			return step
		}
	case map[string]any:
		for i, item := range list {
			if element, ok := item.(map[string]any); ok && hasKeys(element, step) {
				return i
			}
		}
	}
	return -1
}

func hasKeys(element, keys map[string]any) bool {
	for k, v := range keys {
		if !equalScalars(element[k], v) {
			return false
		}
	}
	return true
}
