package directory

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

func object(name string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n")}
}

func TestRender(t *testing.T) {
	tree := fstest.MapFS{
		"app/a.yaml":          object("a"),
		"app/b.yml":           object("b"),
		"app/c.json":          {Data: []byte(`{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}`)},
		"app/notes.txt":       {Data: []byte("no manifest")},
		"app/skipped.yaml":    {Data: []byte("# +argocd:skip-file-rendering\na: [")},
		"app/values.yaml":     {Data: []byte("replicas: 3\n---\nother: true\n")},
		"app/sub/d.yaml":      object("d"),
		"app/sub/deep/e.yaml": object("e"),
		"app/lib.libsonnet":   {Data: []byte("{}")},
		"other/x.yaml":        object("x"),
	}
	for name, c := range map[string]struct {
		options v1alpha1.ApplicationSourceDirectory
		want    []string
	}{
		"one level":            {v1alpha1.ApplicationSourceDirectory{}, []string{"a", "b", "c"}},
		"recurse":              {v1alpha1.ApplicationSourceDirectory{Recurse: true}, []string{"a", "b", "c", "d", "e"}},
		"include crosses":      {v1alpha1.ApplicationSourceDirectory{Recurse: true, Include: "*.yaml"}, []string{"a", "d", "e"}},
		"include alternatives": {v1alpha1.ApplicationSourceDirectory{Recurse: true, Include: "{a.yaml,sub/*}"}, []string{"a", "d", "e"}},
		"exclude wins":         {v1alpha1.ApplicationSourceDirectory{Recurse: true, Include: "*.yaml", Exclude: "sub/deep/*"}, []string{"a", "d"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &manifest.Decoder{Limits: manifest.Limits{DocumentBytes: 1 << 20, Bytes: 1 << 20, Objects: 100}}
			if err := Render(t.Context(), tree, "app", &c.options, func(s string) string { return s }, d); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range d.Objects {
				got = append(got, o.GetName())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		file, content string
		options       v1alpha1.ApplicationSourceDirectory
		want          string
	}{
		"jsonnet":        {"app/a.jsonnet", "{a: error 'no'}", v1alpha1.ApplicationSourceDirectory{}, "app/a.jsonnet: "},
		"jsonnet item":   {"app/a.jsonnet", "[null, {kind: 'X'}]", v1alpha1.ApplicationSourceDirectory{}, "app/a.jsonnet: item 1: object has no apiVersion"},
		"jsonnet number": {"app/a.jsonnet", "1", v1alpha1.ApplicationSourceDirectory{}, "app/a.jsonnet: "},
		"no parse":       {"app/a.yaml", "apiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: X\nmetadata: {name: a\n", v1alpha1.ApplicationSourceDirectory{}, "app/a.yaml: line"},
		"second no kind": {"app/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n\n# comment\nreplicas: 3\n", v1alpha1.ApplicationSourceDirectory{}, "app/a.yaml: line 7: object has no apiVersion"},
		"duplicate key":  {"app/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: a\n  k: b\n", v1alpha1.ApplicationSourceDirectory{}, `app/a.yaml: line 6: key "k" already set in map`},
		"bad JSON":       {"app/a.json", `{"apiVersion": "v1", "kind": `, v1alpha1.ApplicationSourceDirectory{}, "app/a.json: line"},
		"bad include":    {"app/a.yaml", "", v1alpha1.ApplicationSourceDirectory{Include: "[a"}, "directory.include"},
		"bad exclude":    {"app/a.yaml", "", v1alpha1.ApplicationSourceDirectory{Exclude: "{a"}, "directory.exclude"},
	} {
		t.Run(name, func(t *testing.T) {
			d := &manifest.Decoder{Limits: manifest.Limits{DocumentBytes: 1 << 20, Bytes: 1 << 20, Objects: 100}}
			err := Render(t.Context(), fstest.MapFS{c.file: {Data: []byte(c.content)}}, "app", &c.options, func(s string) string { return s }, d)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
