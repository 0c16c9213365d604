package facts

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func node(name string, capacity map[string]any) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Node", "metadata": map[string]any{"name": name},
		"status": map[string]any{"capacity": capacity},
	}}
}

func TestTallyTellsChangesOnly(t *testing.T) {
	var told []Nodes
	tally := &tally{changed: func(n Nodes) { told = append(told, n) }, nodes: map[string]int64{}}
	gpu := node("a", map[string]any{"cpu": "8", "nvidia.com/gpu": "4", "habana.ai/gaudi": "2"})
	for _, step := range []func() error{
		func() error { return tally.Replace([]any{gpu}, "1") },
		func() error { return tally.Update(gpu) },
		func() error { return tally.Add(node("b", map[string]any{"cpu": "8", "amd.com/gpu": "nonsense"})) },
		func() error { return tally.Delete(gpu) },
		func() error { return tally.Replace(nil, "2") },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	want := []Nodes{{Count: 1, GPUs: 6}, {Count: 2, GPUs: 6}, {Count: 1}, {}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

func TestAClusterWithoutNodesSaysSo(t *testing.T) {
	var told []Nodes
	tally := &tally{changed: func(n Nodes) { told = append(told, n) }, nodes: map[string]int64{}}
	if err := tally.Replace(nil, "1"); err != nil {
		t.Fatal(err)
	}
	if len(told) != 1 {
		t.Errorf("told %v, want one empty total", told)
	}
}
