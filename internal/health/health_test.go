package health_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

// Each file of testdata is an object; its first line is a comment with the
// health it must have: "Status: message", or "none".
func TestOf(t *testing.T) {
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(data), "\n")
			want := strings.TrimPrefix(first, "# ")
			for decoder, obj := range decode(t, data) {
				h := health.Of(obj)
				got := strings.TrimSuffix(string(h.Status)+": "+h.Message, ": ")
				if h.Status == "" {
					got = "none"
				}
				if got != want {
					t.Errorf("decoded with %s:\n got %s\nwant %s", decoder, got, want)
				}
			}
		})
	}
}

// decode gives the object with int64 numbers, and with float64 ones.
func decode(t *testing.T, data []byte) map[string]*unstructured.Unstructured {
	t.Helper()
	raw, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	ints := &unstructured.Unstructured{}
	if err := ints.UnmarshalJSON(raw); err != nil {
		t.Fatal(err)
	}
	floats := map[string]any{}
	if err := yaml.Unmarshal(data, &floats); err != nil {
		t.Fatal(err)
	}
	return map[string]*unstructured.Unstructured{"apimachinery": ints, "a YAML library": {Object: floats}}
}

func TestWorst(t *testing.T) {
	type codes = []v1alpha1.HealthStatusCode
	const (
		healthy     = v1alpha1.HealthStatusHealthy
		suspended   = v1alpha1.HealthStatusSuspended
		progressing = v1alpha1.HealthStatusProgressing
		missing     = v1alpha1.HealthStatusMissing
		degraded    = v1alpha1.HealthStatusDegraded
		unknown     = v1alpha1.HealthStatusUnknown
	)
	cases := []struct {
		of   codes
		want v1alpha1.HealthStatusCode
	}{
		{nil, healthy},
		{codes{"", ""}, healthy},
		{codes{healthy, suspended}, suspended},
		{codes{progressing, suspended}, progressing},
		{codes{progressing, missing, healthy}, missing},
		{codes{degraded, missing}, degraded},
		{codes{degraded, unknown, ""}, unknown},
	}
	for _, c := range cases {
		if got := health.Worst(c.of...); got != c.want {
			t.Errorf("worst of %v is %s, want %s", c.of, got, c.want)
		}
	}
}

// An object without anything in it must not panic.
func TestEmpty(t *testing.T) {
	for _, obj := range []*unstructured.Unstructured{{}, {Object: map[string]any{"status": nil}}} {
		if h := health.Of(obj); h.Status != "" {
			t.Errorf("health of an empty object is %v", h)
		}
	}
}
