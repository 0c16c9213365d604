package facts

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// isGPU tells which extended resources are counted: VENDOR/gpu, Intel's and
// Habana's names.
func isGPU(name string) bool {
	return strings.HasSuffix(name, "/gpu") || strings.HasPrefix(name, "gpu.intel.com/") || strings.HasPrefix(name, "habana.ai/")
}

// gpus in a node's capacity.
func gpus(node *unstructured.Unstructured) int64 {
	capacity, _, _ := unstructured.NestedMap(node.Object, "status", "capacity")
	var sum int64
	for name, value := range capacity {
		text, ok := value.(string)
		if !ok || !isGPU(name) {
			continue
		}
		if quantity, err := resource.ParseQuantity(text); err == nil {
			sum += quantity.Value()
		}
	}
	return sum
}
