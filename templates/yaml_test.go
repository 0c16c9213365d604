package templates

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"
)

var plainDocuments = []string{
	`{"a": "b", "n": 1, "f": 1.5, "e": 1e5, "t": true, "z": null, "l": [1, {"x": []}], "o": {}}`, "{\n  \"a\": 1,\n  \"b\": -3\n}\n",
	`{"a":1,"a":2}`, `{"big": 12345678901234567890, "neg": -12.5}`, `{}`, `{"yes": "no", "on": "1_000"}`, `{"a: b": "c # d"}`,
}

var otherDocuments = []string{
	`{"a": -0}`, `{"a": "\n"}`, `{"a": "ü"}`, "{\"a\"\n: 1}", `{"<<": {"a": 1}}`, "{\t\"a\": 1}", `{a: 1}`, `{"a": 1} x`, `[1]`, ``, `a: b`,
	`{"` + strings.Repeat("k", 1100) + `": 1}`, strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200), `{"a": 'b'}`, `{"a": 0x10}`,
}

func TestPlainJSONIsDecodedAsJSON(t *testing.T) {
	for _, doc := range plainDocuments {
		if !sameBothWays(t, doc) {
			t.Errorf("%s: left to the YAML decoder", doc)
		}
	}
	for _, doc := range otherDocuments {
		if sameBothWays(t, doc) {
			t.Errorf("%s: decoded as JSON", doc)
		}
	}
}

// FuzzDecodeYAML holds that a document decoded as JSON is what YAML makes of it.
func FuzzDecodeYAML(f *testing.F) {
	for _, doc := range append(plainDocuments, otherDocuments...) {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) { sameBothWays(t, doc) })
}

func sameBothWays(t *testing.T, doc string) bool {
	t.Helper()
	var got, want map[string]any
	if !decodePlainJSON([]byte(doc), &got) {
		return false
	}
	if err := yaml.Unmarshal([]byte(doc), &want); err != nil {
		t.Errorf("%q: JSON, but YAML says %v", doc, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-YAML +JSON):\n%s", doc, diff)
	}
	return true
}

// The documents of a set count against its budget together.
func TestDocumentsOfParametersAreBounded(t *testing.T) {
	engine, err := NewEngine(Options{Budget: Budget{TotalWork: 100 * documentWeight * 10}})
	if err != nil {
		t.Fatal(err)
	}
	doc, good := []byte(`{"a": "`+strings.Repeat("x", 92)+`"}`), 0
	for range 20 {
		var into map[string]any
		if err = engine.DecodeYAML(doc, &into); err != nil {
			break
		}
		good++
	}
	if good == 0 || good > 10 || !errors.Is(err, ErrBudget) {
		t.Errorf("%d documents were decoded, then %v", good, err)
	}
}
