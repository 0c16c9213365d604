package helm

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// A file that is named counts where it is named, one that patterns match where
// it is matched first.
func TestOrderOfValueFiles(t *testing.T) {
	one, two := fstest.MapFS{}, fstest.MapFS{}
	for _, name := range []string{"chart/a.yaml", "chart/b.yaml", "chart/envs/z.yaml", "chart/envs/eu/y.yaml", "chart/envs/us/x.yaml", "chart/{b}.yaml"} {
		one[name] = &fstest.MapFile{Data: []byte("v: " + name)}
	}
	two["a.yaml"] = &fstest.MapFile{Data: []byte("v: other")}
	v := valueFiles{ctx: t.Context(), tree: one, folder: "chart", refs: map[string]fs.FS{"other": two}, env: func(s string) string { return s }}
	for name, c := range map[string]struct{ entries, want []string }{
		"as listed":             {[]string{"b.yaml", "a.yaml"}, []string{"chart/b.yaml", "chart/a.yaml"}},
		"twice":                 {[]string{"b.yaml", "a.yaml", "b.yaml"}, []string{"chart/b.yaml", "chart/a.yaml"}},
		"a pattern":             {[]string{"?.yaml"}, []string{"chart/a.yaml", "chart/b.yaml"}},
		"a class":               {[]string{"[b-z].yaml"}, []string{"chart/b.yaml"}},
		"named beats matched":   {[]string{"*.yaml", "a.yaml"}, []string{"chart/b.yaml", "chart/{b}.yaml", "chart/a.yaml"}},
		"matched twice":         {[]string{"envs/us/*.yaml", "envs/**/*.yaml"}, []string{"chart/envs/us/x.yaml", "chart/envs/z.yaml", "chart/envs/eu/y.yaml"}},
		"folders do not match":  {[]string{"**/eu*"}, nil},
		"braces are a name":     {[]string{"{b}.yaml"}, []string{"chart/{b}.yaml"}},
		"in another source":     {[]string{"$other/*.yaml", "a.yaml"}, []string{"a.yaml", "chart/a.yaml"}},
		"from the root, deeply": {[]string{"/**/x.yaml"}, []string{"chart/envs/us/x.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := v.list(c.entries)
			if c.want == nil {
				if err == nil {
					t.Errorf("found %v", found)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, f.name)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPatternsAreBounded(t *testing.T) {
	files := map[string]string{}
	for i := range maxValueFiles + 1 {
		files[fmt.Sprintf("chart/v/%03d.yaml", i)] = "v: x"
	}
	for entry, want := range map[string]string{
		"v/*.yaml":                            "helm.valueFiles[0]: value file v/*.yaml: matches more than 100 files",
		"[":                                   "helm.valueFiles[0]: value file [",
		strings.Repeat("*/", 1000) + "x.yaml": "longer than",
	} {
		_, err := render(t, chartWith(files), Options{Source: &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{entry}}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// Helm applies --set before --set-string, whatever the order of the list.
func TestForcedStringsComeLast(t *testing.T) {
	d, err := render(t, chartWith(nil), Options{Source: &v1alpha1.ApplicationSourceHelm{Parameters: []v1alpha1.HelmParameter{
		{Name: "v", Value: "forced", ForceString: true}, {Name: "v", Value: "plain"},
	}}})
	if err != nil || shown(d) != "forced" {
		t.Errorf("got %v, %v", shown(d), err)
	}
}

// Charts that use each other by alias multiply at every level.
func TestAliasesDoNotMultiply(t *testing.T) {
	files := map[string]string{}
	at := "chart"
	for level := range 6 {
		text := fmt.Sprintf("apiVersion: v2\nname: c%d\nversion: 1.0.0\ndependencies:\n", level)
		for i := range 10 {
			text += fmt.Sprintf("- {name: c%d, version: 1.0.0, alias: a%d}\n", level+1, i)
		}
		files[at+"/Chart.yaml"] = text
		at += fmt.Sprintf("/charts/c%d", level+1)
	}
	files[at+"/Chart.yaml"] = "apiVersion: v2\nname: c6\nversion: 1.0.0\n"
	_, err := render(t, chartWith(files), Options{})
	if err == nil || !strings.Contains(err.Error(), "comes to more than 1000 charts") {
		t.Errorf("got %v", err)
	}
}

// A chain of references in a schema nests as deep as it is long.
func TestLargeSchemas(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"$ref": "#/$defs/d0", "$defs": {`)
	for i := range 40_000 {
		fmt.Fprintf(&b, `"d%d": {"$ref": "#/$defs/d%d"},`, i, i+1)
	}
	b.WriteString(`"d40000": {}}}`)
	files := map[string]string{"chart/values.schema.json": b.String()}
	if _, err := render(t, chartWith(files), Options{}); err == nil || !strings.Contains(err.Error(), "the limit is") {
		t.Errorf("got %v", err)
	}
	if _, err := render(t, chartWith(files), Options{Source: &v1alpha1.ApplicationSourceHelm{SkipSchemaValidation: true}}); err != nil {
		t.Errorf("with skipSchemaValidation: %v", err)
	}
}

func TestHostileNamesAndVersions(t *testing.T) {
	for _, chart := range []string{"name: ..\nversion: 1.0.0", "name: .\nversion: 1.0.0", "name: a/b\nversion: 1.0.0", "name: a\nversion: ../x", "name: a\nversion: .."} {
		_, err := render(t, chartWith(map[string]string{"chart/Chart.yaml": "apiVersion: v2\n" + chart + "\n"}), Options{})
		if err == nil {
			t.Errorf("accepted: %s", chart)
		}
	}
}
