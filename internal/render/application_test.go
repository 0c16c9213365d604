package render

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

type source = v1alpha1.ApplicationSource

// chartTree is a chart that shows the value v and the project.
func chartTree() fstest.MapFS {
	return files(map[string]string{
		"app/Chart.yaml":        "apiVersion: v2\nname: app\nversion: 1.0.0\n",
		"app/values.yaml":       "v: default\n",
		"app/templates/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: chart}\ndata: {v: {{ .Values.v | quote }}}\n",
	})
}

func manifestTree(name string) fstest.MapFS {
	return files(map[string]string{"app/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n"})
}

func named(o *Objects) []string {
	var out []string
	for _, obj := range o.List {
		out = append(out, obj.GetName())
	}
	return out
}

func valuesFrom(names ...string) *v1alpha1.ApplicationSourceHelm {
	return &v1alpha1.ApplicationSourceHelm{ValueFiles: names}
}

func TestValueFilesOfAnotherSource(t *testing.T) {
	values := Source{ApplicationSource: source{Ref: "values"}, Tree: files(map[string]string{"prod/my.yaml": "v: from-ref\n"})}
	chart := Source{ApplicationSource: source{Path: "app", Helm: valuesFrom("$values/prod/${ARGOCD_APP_NAME}.yaml")}, Tree: chartTree()}
	got, err := All(t.Context(), Application{Name: "my", Namespace: "ns", Sources: []Source{chart, values}})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := got.List[0].Object["data"].(map[string]any); v["v"] != "from-ref" || len(got.List) != 1 {
		t.Errorf("got %v", got.List)
	}
	want := []v1alpha1.ApplicationSourceType{v1alpha1.ApplicationSourceTypeHelm, ""}
	if diff := cmp.Diff(want, got.SourceTypes); diff != "" {
		t.Error(diff)
	}
}

func TestSourcesAreRenderedInTheirOrder(t *testing.T) {
	got, err := All(t.Context(), Application{Name: "my", Sources: []Source{
		{ApplicationSource: source{Path: "app"}, Tree: manifestTree("b")},
		{ApplicationSource: source{Path: "app", Ref: "also"}, Tree: manifestTree("a")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"b", "a"}, named(got)); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsNameTheSource(t *testing.T) {
	good := Source{ApplicationSource: source{Path: "app"}, Tree: manifestTree("a")}
	for name, c := range map[string]struct {
		sources []Source
		limits  Limits
		want    string
	}{
		"one needs no number":       {[]Source{{ApplicationSource: source{Path: "nope"}, Tree: chartTree()}}, Limits{}, `path "nope" does not exist`},
		"the second of two":         {[]Source{good, {ApplicationSource: source{Path: "nope"}, Tree: chartTree()}}, Limits{}, `source 2: path "nope"`},
		"field and file":            {[]Source{good, {ApplicationSource: source{Path: "app", Helm: valuesFrom("x.yaml", "y.yaml")}, Tree: chartTree()}}, Limits{}, "source 2: helm.valueFiles[0]: value file x.yaml: there is no app/x.yaml"},
		"a ref that nobody has":     {[]Source{good, {ApplicationSource: source{Path: "app", Helm: valuesFrom("$v/x.yaml")}, Tree: chartTree()}}, Limits{}, `no source of this application has ref "v"`},
		"a ref twice":               {[]Source{{ApplicationSource: source{Ref: "v"}}, good, {ApplicationSource: source{Ref: "v"}}}, Limits{}, `sources 1 and 3 have the same ref "v"`},
		"a ref with a slash":        {[]Source{good, {ApplicationSource: source{Ref: "a/b"}}}, Limits{}, `source 2: ref "a/b"`},
		"too many objects together": {[]Source{good, good, good}, Limits{Objects: 2}, "more than"},
		"too many bytes together":   {[]Source{good, good, good}, Limits{Bytes: 150}, "source 3"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := All(t.Context(), Application{Name: "my", Sources: c.sources, Limits: c.limits})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestValueFilesAtURLs(t *testing.T) {
	app := Application{Name: "my", Sources: []Source{{
		ApplicationSource: source{Path: "app", Helm: &v1alpha1.ApplicationSourceHelm{
			ValueFiles:     []string{"https://example.com/$ARGOCD_APP_NAME.yaml", "values.yaml", "https://example.com/my.yaml"},
			FileParameters: []v1alpha1.HelmFileParameter{{Name: "v", Path: "https://example.com/text"}},
		}},
		Tree: chartTree(),
	}}}
	urls := app.RemoteFiles(0)
	if diff := cmp.Diff([]string{"https://example.com/my.yaml", "https://example.com/text"}, urls); diff != "" {
		t.Fatal(diff)
	}
	if _, err := All(t.Context(), app); err == nil || !strings.Contains(err.Error(), "was not fetched") {
		t.Errorf("got %v", err)
	}
	app.Sources[0].RemoteFiles = map[string][]byte{urls[0]: []byte("v: remote"), urls[1]: []byte("text")}
	got, err := All(t.Context(), app)
	if err != nil {
		t.Fatal(err)
	}
	if v := got.List[0].Object["data"].(map[string]any)["v"]; v != "text" {
		t.Errorf("got %v", v)
	}
}

// A chart of a chart repository is a tree of its own.
func TestChartOfARepository(t *testing.T) {
	tree := fstest.MapFS{}
	for name, f := range chartTree() {
		if rest, ok := strings.CutPrefix(name, "app/"); ok {
			tree[rest] = f
		}
	}
	got, err := All(t.Context(), Application{Name: "my", Sources: []Source{{
		ApplicationSource: source{RepoURL: "https://charts.example.com", Chart: "app", TargetRevision: "1.x"}, Tree: tree, Revision: "1.0.0",
	}}})
	if err != nil || got.SourceTypes[0] != v1alpha1.ApplicationSourceTypeHelm || len(got.List) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOverridesOfTheRepository(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		want  string // of v, or of the error if it begins with "error:"
	}{
		"none":              {nil, "spec"},
		"for all":           {map[string]string{".argocd-source.yaml": "helm: {values: 'v: all'}"}, "all"},
		"for one":           {map[string]string{".argocd-source.yaml": "helm: {values: 'v: all'}", ".argocd-source-my.yaml": "helm: {values: 'v: mine'}"}, "mine"},
		"for another":       {map[string]string{".argocd-source-other.yaml": "helm: {values: 'v: other'}"}, "spec"},
		"taken away":        {map[string]string{".argocd-source.yaml": "helm: null"}, "default"},
		"empty":             {map[string]string{".argocd-source.yaml": "# nothing\n"}, "spec"},
		"the place stays":   {map[string]string{".argocd-source.yaml": "path: other\nchart: x\nrepoURL: https://example.com\nref: r"}, "spec"},
		"no mapping":        {map[string]string{".argocd-source.yaml": "[1]"}, "error:app/.argocd-source.yaml: is no mapping"},
		"no parse":          {map[string]string{".argocd-source.yaml": "helm: ["}, "error:app/.argocd-source.yaml"},
		"of another type":   {map[string]string{".argocd-source.yaml": "helm: {valueFiles: x}"}, "error:app/.argocd-source.yaml"},
		"two renderers":     {map[string]string{".argocd-source.yaml": "directory: {recurse: true}"}, "error:more than one"},
		"an alias bomb":     {map[string]string{".argocd-source.yaml": bomb()}, "error:aliases unfold"},
		"escaping is in no": {map[string]string{".argocd-source.yaml": "helm: {valueFiles: [../../x.yaml]}"}, "error:path escapes repository"},
	} {
		t.Run(name, func(t *testing.T) {
			tree := chartTree()
			for file, content := range c.files {
				tree["app/"+file] = &fstest.MapFile{Data: []byte(content)}
			}
			got, err := All(t.Context(), Application{Name: "my", Sources: []Source{{
				ApplicationSource: source{Path: "app", Helm: &v1alpha1.ApplicationSourceHelm{Values: "v: spec"}}, Tree: tree,
			}}})
			if want, isError := strings.CutPrefix(c.want, "error:"); isError {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want an error with %q", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if v := got.List[0].Object["data"].(map[string]any)["v"]; v != c.want {
				t.Errorf("got %v, want %s", v, c.want)
			}
		})
	}
}
