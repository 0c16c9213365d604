package manifest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// add checks one object, flattens it if it is a list, and counts it.
func (d *Decoder) add(at string, content map[string]any) error {
	if depth(content) > maxDepth {
		return fmt.Errorf("%s: nested more than %d levels deep", at, maxDepth)
	}
	obj := &unstructured.Unstructured{Object: content}
	if obj.GetKind() == "" || obj.GetAPIVersion() == "" {
		return fmt.Errorf("%s: object has no %s: every Kubernetes object needs apiVersion, kind and metadata.name", at, missing(obj))
	}
	if isList(obj) {
		items, _ := content["items"].([]any)
		for i, item := range items {
			child, ok := item.(map[string]any)
			if !ok {
				return fmt.Errorf("%s: item %d of the %s is no object", at, i, obj.GetKind())
			}
			if err := d.add(fmt.Sprintf("%s: item %d of the %s", at, i, obj.GetKind()), child); err != nil {
				return err
			}
		}
		return nil
	}
	if err := checkMetadata(content); err != nil {
		return fmt.Errorf("%s: %s: %w", at, obj.GetKind(), err)
	}
	raw, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("%s: %w", at, err)
	}
	if len(raw) > d.Limits.DocumentBytes {
		return fmt.Errorf("%s: %s %q weighs %d bytes, the limit for one object is %d", at, obj.GetKind(), obj.GetName(), len(raw), d.Limits.DocumentBytes)
	}
	if d.bytes += len(raw); d.bytes > d.Limits.Bytes {
		return fmt.Errorf("%s: the objects together weigh more than %d bytes; split the application", at, d.Limits.Bytes)
	}
	if len(d.Objects) >= d.Limits.Objects {
		return fmt.Errorf("%s: more than %d objects; split the application", at, d.Limits.Objects)
	}
	d.Objects = append(d.Objects, obj)
	return nil
}

// depth is how deep value nests.
func depth(value any) int {
	deepest := 0
	switch v := value.(type) {
	case map[string]any:
		for _, child := range v {
			deepest = max(deepest, depth(child))
		}
	case []any:
		for _, child := range v {
			deepest = max(deepest, depth(child))
		}
	default:
		return 0
	}
	return deepest + 1
}

func missing(obj *unstructured.Unstructured) string {
	if obj.GetAPIVersion() == "" {
		return "apiVersion"
	}
	return "kind"
}

// isList reports whether obj is a list of objects by convention: the kind ends
// in List and there are items.
func isList(obj *unstructured.Unstructured) bool {
	if !strings.HasSuffix(obj.GetKind(), "List") {
		return false
	}
	_, hasItems := obj.Object["items"].([]any)
	return hasItems || obj.GetKind() == "List"
}

// checkMetadata makes sure that the object names itself and that labels and
// annotations are strings, as the API server wants them. Empty ones are
// dropped: templates leave them behind.
func checkMetadata(content map[string]any) error {
	metadata, ok := content["metadata"].(map[string]any)
	if !ok {
		return fmt.Errorf("object has no metadata.name: every Kubernetes object needs apiVersion, kind and metadata.name")
	}
	for _, field := range []string{"name", "generateName", "namespace"} {
		value, present := metadata[field]
		if value == nil {
			delete(metadata, field)
			continue
		}
		if _, isString := value.(string); present && !isString {
			return fmt.Errorf("metadata.%s is a %s and must be a string; put it in quotes", field, kindOf(value))
		}
	}
	if metadata["name"] == nil && metadata["generateName"] == nil {
		return fmt.Errorf("object has no metadata.name: every Kubernetes object needs apiVersion, kind and metadata.name")
	}
	for _, field := range []string{"labels", "annotations"} {
		value, present := metadata[field]
		if !present {
			continue
		}
		if value == nil {
			delete(metadata, field)
			continue
		}
		pairs, ok := value.(map[string]any)
		if !ok {
			return fmt.Errorf("metadata.%s of %v is no mapping", field, name(metadata))
		}
		for _, key := range sortedKeys(pairs) {
			if pairs[key] == nil {
				delete(pairs, key)
				continue
			}
			if _, ok := pairs[key].(string); !ok {
				return fmt.Errorf("metadata.%s[%q] of %v is no string; put it in quotes", field, key, name(metadata))
			}
		}
	}
	return nil
}

func name(metadata map[string]any) any {
	if n := metadata["name"]; n != nil {
		return n
	}
	return metadata["generateName"]
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
