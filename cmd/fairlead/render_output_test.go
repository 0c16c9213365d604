package main

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	manifests "github.com/fairlead/fairlead/internal/render/manifest"
)

// However an object is written, it is the text that sigs.k8s.io/yaml gives: of
// all objects that stand in the renderers' test data, and of odd ones.
func TestRenderWritesYAMLAsAlways(t *testing.T) {
	const odd = `apiVersion: v1
kind: ConfigMap
metadata: {name: odd, annotations: {"": "", "yes": "no", "1": "2", "~": "null"}}
data: {a: "1e3", b: 0x10, c: "0777", d: "multi\nline\n", e: " lead", f: "é\t\u0001<&>", g: 12345678901234567, h: -0, i: "2001-01-01", j: "=", k: "\u2028\ufeff"}
empty: {map: {}, list: [], nothing: ~, text: ""}
numbers: [1, -1, 0, 9223372036854775807]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: fractions}
numbers: [1.5, 1e6, 1000000.0, 1e100]
`
	decoder := manifests.Decoder{Limits: manifests.Limits{DocumentBytes: 10 << 20, Bytes: 1 << 30, Objects: 100_000}, AllowDuplicateKeys: true}
	if err := decoder.Add("odd", []byte(odd)); err != nil {
		t.Fatal(err)
	}
	corpus := os.DirFS("../../internal/render/testdata/corpus")
	err := fs.WalkDir(corpus, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".yaml") || strings.Contains(path, "templates") {
			return err
		}
		text, err := fs.ReadFile(corpus, path)
		if err == nil {
			_ = decoder.Add(path, text) // not every file is of manifests
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	plain := 0
	for _, o := range decoder.Objects {
		want, err := yaml.Marshal(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		got, err := marshalYAML(o.Object)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", o.GetKind(), o.GetName(), diff)
		}
		if isPlain(o.Object) {
			plain++
		}
	}
	if plain < 10 {
		t.Errorf("%d of %d objects took the short way; too few to show anything", plain, len(decoder.Objects))
	}
}
