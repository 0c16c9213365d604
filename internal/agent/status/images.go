package status

import (
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// containerLists are the fields of a pod spec that hold containers.
var containerLists = []string{"containers", "initContainers", "ephemeralContainers"}

// Images that objects name in pod specs, at whatever depth (a Deployment's
// template, a custom resource's), sorted, each once.
func Images(objs []*unstructured.Unstructured) []string {
	var out []string
	for _, obj := range objs {
		out = appendImages(out, obj.Object, 0)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// maxDepth of a pod spec within an object; deeper ones are not looked for.
const maxDepth = 12

func appendImages(out []string, v any, depth int) []string {
	if depth > maxDepth {
		return out
	}
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if list, ok := value.([]any); ok && slices.Contains(containerLists, key) {
				out = appendContainers(out, list)
				continue
			}
			out = appendImages(out, value, depth+1)
		}
	case []any:
		for _, value := range v {
			out = appendImages(out, value, depth+1)
		}
	}
	return out
}

func appendContainers(out []string, list []any) []string {
	for _, entry := range list {
		container, _ := entry.(map[string]any)
		if image, _ := container["image"].(string); image != "" {
			out = append(out, image)
		}
	}
	return out
}
