package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var limits = Limits{DocumentBytes: 1 << 20, Bytes: 1 << 20, Objects: 100}

func TestSplit(t *testing.T) {
	for in, want := range map[string][]Document{
		"":                         nil,
		"a: 1":                     {{1, []byte("a: 1")}},
		"---\na: 1\n---\nb: 2\n":   {{1, []byte("---\na: 1\n")}, {3, []byte("---\nb: 2\n")}},
		"# c\n\n--- # x\r\na: 1":   {{1, []byte("# c\n\n")}, {3, []byte("--- # x\r\na: 1")}},
		"a: |\n  ---\n  x\n----\n": {{1, []byte("a: |\n  ---\n  x\n----\n")}},
		"--- {a: 1}\n--- {b: 2}\n": {{1, []byte("--- {a: 1}\n")}, {2, []byte("--- {b: 2}\n")}},
	} {
		if diff := cmp.Diff(want, Split([]byte(in))); diff != "" {
			t.Errorf("Split(%q): %s", in, diff)
		}
	}
}

func TestAdd(t *testing.T) {
	d := &Decoder{Limits: limits}
	text := "\xef\xbb\xbf# head\n---\n---\nnull\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: , labels: {x: , w: 'z'}}\n...\n---\n" +
		"apiVersion: v1\nkind: ConfigMapList\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {generateName: b-}}\n"
	if err := d.Add("f.yaml", []byte(text)); err != nil {
		t.Fatal(err)
	}
	if len(d.Objects) != 2 {
		t.Fatalf("%d objects", len(d.Objects))
	}
	want := map[string]any{"name": "a", "labels": map[string]any{"w": "z"}}
	if diff := cmp.Diff(want, d.Objects[0].Object["metadata"]); diff != "" {
		t.Error(diff)
	}
}

func TestDuplicateKeys(t *testing.T) {
	text := []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: one\n  k: two\n")
	if err := (&Decoder{Limits: limits}).Add("f.yaml", text); err == nil || !strings.Contains(err.Error(), `f.yaml: line 6: key "k" already set`) {
		t.Errorf("got %v", err)
	}
	d := &Decoder{Limits: limits, AllowDuplicateKeys: true}
	if err := d.Add("f.yaml", text); err != nil {
		t.Fatal(err)
	}
	if got := d.Objects[0].Object["data"].(map[string]any)["k"]; got != "two" || len(d.Warnings) != 1 {
		t.Errorf("k = %v, warnings %q", got, d.Warnings)
	}
}

// FuzzAdd: whatever the text, the decoder ends with objects or an error that
// begins with the file's name.
func FuzzAdd(f *testing.F) {
	for _, seed := range []string{"a: &a [*a]", "{a: &x [1], b: *x}", "---\n- - - -", "a: !!binary x", "? [a]: b", "<<: {a: b}", "\xff\xfe", "a: \"\\u0000\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d := &Decoder{Limits: limits}
		if err := d.Add("f.yaml", text); err != nil && !strings.HasPrefix(err.Error(), "f.yaml") {
			t.Errorf("the error does not name the file: %v", err)
		}
	})
}
