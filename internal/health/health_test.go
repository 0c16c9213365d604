package health_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

// fixture is an object and the health it must have: "Status: message", or
// "none".
type fixture struct {
	name, want string
	manifest   []byte
}

// fixtures reads a file of testdata, one per family of kinds. Its documents
// begin with the comments "# case: NAME" and "# want: HEALTH".
func fixtures(t testing.TB, file string) []fixture {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out []fixture
	for _, doc := range strings.Split(string(data), "---\n") {
		var f fixture
		for line := range strings.Lines(doc) {
			if name, ok := strings.CutPrefix(line, "# case: "); ok {
				f.name = strings.TrimSpace(name)
			}
			if want, ok := strings.CutPrefix(line, "# want: "); ok {
				f.want = strings.TrimSpace(want)
			}
		}
		if f.name == "" || f.want == "" {
			t.Fatalf("%s: a document names no case or no health:\n%s", file, doc)
		}
		f.manifest = []byte(doc)
		out = append(out, f)
	}
	return out
}

func families(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	return files
}

func said(h v1alpha1.HealthStatus) string {
	if h.Status == "" {
		return "none"
	}
	return strings.TrimSuffix(string(h.Status)+": "+h.Message, ": ")
}

func TestOf(t *testing.T) {
	for _, file := range families(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			seen := map[string]bool{}
			for _, f := range fixtures(t, file) {
				if seen[f.name] {
					t.Errorf("two cases are named %s", f.name)
				}
				seen[f.name] = true
				for decoder, obj := range decode(t, f.manifest) {
					if got := said(health.Of(obj)); got != f.want {
						t.Errorf("%s, decoded with %s:\n got %s\nwant %s", f.name, decoder, got, f.want)
					}
				}
			}
		})
	}
}

// What waits says for what, in every case of every kind.
func TestWaitingObjectsSayForWhat(t *testing.T) {
	waiting := []v1alpha1.HealthStatusCode{v1alpha1.HealthStatusProgressing, v1alpha1.HealthStatusSuspended}
	for _, file := range families(t) {
		for _, f := range fixtures(t, file) {
			for _, obj := range decode(t, f.manifest) {
				h := health.Of(obj)
				if slices.Contains(waiting, h.Status) && (h.Message == "" || strings.Contains(h.Message, "gives no reason")) {
					t.Errorf("%s: %s is %s and does not say what it waits for: %q", file, f.name, h.Status, h.Message)
				}
			}
		}
	}
}

// decode gives the object with int64 numbers, and with float64 ones.
func decode(t testing.TB, data []byte) map[string]*unstructured.Unstructured {
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

// one object from YAML.
func one(t testing.TB, manifest string) *unstructured.Unstructured {
	t.Helper()
	return decode(t, []byte(manifest))["apimachinery"]
}

// An object without anything in it must not panic.
func TestEmpty(t *testing.T) {
	for _, obj := range []*unstructured.Unstructured{{}, {Object: map[string]any{"status": nil}}} {
		if h := health.Of(obj); h.Status != "" {
			t.Errorf("health of an empty object is %v", h)
		}
	}
}

// A message of any length is cut between characters.
func TestLongMessagesAreCut(t *testing.T) {
	obj := one(t, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\n"+
		"status: {conditions: [{type: Stalled, status: 'True', message: "+strings.Repeat("ä", health.MaxMessage)+"}]}")
	h := health.Of(obj)
	if len(h.Message) > health.MaxMessage || !strings.HasSuffix(h.Message, "ä...") {
		t.Errorf("message has %d bytes and ends in %q", len(h.Message), h.Message[len(h.Message)-6:])
	}
}
