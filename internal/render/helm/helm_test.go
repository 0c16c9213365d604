package helm

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/manifest"
)

const (
	chartYAML = "apiVersion: v2\nname: app\nversion: 1.0.0\n"
	// show is a template that prints .Values.v.
	show = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: show}\ndata: {v: {{ .Values.v | toString | quote }}}\n"
)

func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, content := range files {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

// chartWith is a chart in "chart" with more files.
func chartWith(files map[string]string) fstest.MapFS {
	out := tree(map[string]string{"chart/Chart.yaml": chartYAML, "chart/values.yaml": "v: default\n", "chart/templates/show.yaml": show})
	for name, content := range files {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

func render(t *testing.T, tree fs.FS, o Options) (*manifest.Decoder, error) {
	t.Helper()
	return renderWithin(t.Context(), tree, o)
}

func renderWithin(ctx context.Context, tree fs.FS, o Options) (*manifest.Decoder, error) {
	if o.Env == nil {
		o.Env = func(s string) string {
			return os.Expand(s, func(n string) string { return map[string]string{"APP": "app"}[n] })
		}
	}
	d := &manifest.Decoder{Limits: manifest.Limits{DocumentBytes: 2 << 20, Bytes: 10 << 20, Objects: 100}}
	return d, Render(ctx, tree, "chart", o, d)
}

func shown(d *manifest.Decoder) any {
	for _, o := range d.Objects {
		if o.GetName() == "show" {
			return o.Object["data"].(map[string]any)["v"]
		}
	}
	return nil
}

func TestValues(t *testing.T) {
	files := map[string]string{
		"chart/one.yaml": "v: one\n", "chart/two.yaml": "v: two\n", "shared/three.yaml": "v: three\n",
		"chart/envs/a/x.yaml": "v: ax\n", "chart/envs/b/x.yaml": "v: bx\n", "chart/app.yaml": "v: by-env\n",
		"chart/note.txt": "a, file",
	}
	refs := map[string]fs.FS{"values": tree(map[string]string{"prod/app.yaml": "v: from-ref\n"})}
	raw := func(s string) *runtime.RawExtension { return &runtime.RawExtension{Raw: []byte(s)} }
	type helm = v1alpha1.ApplicationSourceHelm
	for name, c := range map[string]struct {
		helm helm
		want string // of the value, or of the error if it begins with "error:"
	}{
		"default":                    {helm{}, "default"},
		"the last file wins":         {helm{ValueFiles: []string{"one.yaml", "two.yaml"}}, "two"},
		"from the repository's root": {helm{ValueFiles: []string{"/shared/three.yaml"}}, "three"},
		"above the chart":            {helm{ValueFiles: []string{"../shared/three.yaml"}}, "three"},
		"by glob":                    {helm{ValueFiles: []string{"envs/**/x.yaml"}}, "bx"},
		"by environment":             {helm{ValueFiles: []string{"${APP}.yaml"}}, "by-env"},
		"in another source":          {helm{ValueFiles: []string{"$values/prod/${APP}.yaml"}}, "from-ref"},
		"unknown source":             {helm{ValueFiles: []string{"$other/x.yaml"}}, `error:no source of this application has ref "other"`},
		"missing":                    {helm{ValueFiles: []string{"nope.yaml"}}, "error:value file nope.yaml: there is no chart/nope.yaml"},
		"missing by glob":            {helm{ValueFiles: []string{"nope/*.yaml"}}, "error:value file nope/*.yaml"},
		"missing is ignored":         {helm{ValueFiles: []string{"nope.yaml", "one.yaml", "nope/*.yaml"}, IgnoreMissingValueFiles: true}, "one"},
		"escapes":                    {helm{ValueFiles: []string{"../../x.yaml"}}, "error:path escapes repository"},
		"escapes although ignored":   {helm{ValueFiles: []string{"../../x.yaml"}, IgnoreMissingValueFiles: true}, "error:path escapes repository"},
		"remote":                     {helm{ValueFiles: []string{"https://user:hunter2@example.com/x.yaml"}}, "error:value file https://example.com/x.yaml: was not fetched"},
		"no parse":                   {helm{ValueFiles: []string{"note.txt"}}, "error:chart/note.txt"},
		"values over files":          {helm{ValueFiles: []string{"one.yaml"}, Values: "v: inline"}, "inline"},
		"values keep dollars":        {helm{Values: "v: $APP"}, "$APP"},
		"object over values":         {helm{Values: "v: inline", ValuesObject: raw(`{"v": "object"}`)}, "object"},
		"parameter over object":      {helm{ValuesObject: raw(`{"v": "object"}`), Parameters: []v1alpha1.HelmParameter{{Name: "v", Value: "p-$APP"}}}, "p-app"},
		"parameter with commas":      {helm{Parameters: []v1alpha1.HelmParameter{{Name: "v", Value: `a,b\,c`}}}, "a,b,c"},
		"parameter list":             {helm{Parameters: []v1alpha1.HelmParameter{{Name: "v", Value: "{a,b}"}}}, "[a b]"},
		"number":                     {helm{Parameters: []v1alpha1.HelmParameter{{Name: "v", Value: "1000000"}}}, "1000000"},
		"forced string":              {helm{Parameters: []v1alpha1.HelmParameter{{Name: "v", Value: "true", ForceString: true}}}, "true"},
		"file parameter":             {helm{FileParameters: []v1alpha1.HelmFileParameter{{Name: "v", Path: "note.txt"}}}, "a, file"},
		"file parameter missing":     {helm{FileParameters: []v1alpha1.HelmFileParameter{{Name: "v", Path: "nope"}}}, "error:helm.fileParameters[0]: v"},
		"bad parameter":              {helm{Parameters: []v1alpha1.HelmParameter{{Name: "v[99999999]", Value: "x"}}}, "error:helm.parameters[0]: v[99999999]"},
		"alias bomb":                 {helm{Values: bomb()}, "error:helm.values: line"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := render(t, chartWith(files), Options{Source: &c.helm, Refs: refs})
			if want, isError := strings.CutPrefix(c.want, "error:"); isError {
				if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("got %v, want an error with %q", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := shown(d); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func bomb() string {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), i-1)
	}
	return b.String()
}

// What a template can ask for beyond its values.
func TestFunctions(t *testing.T) {
	for expression, want := range map[string]string{
		`lookup "v1" "Secret" "ns" "name" | toJson`:                       "{}",
		`getHostByName "example.com"`:                                     "",
		`.Release.Name`:                                                   "rel",
		`.Release.Namespace`:                                              "ns",
		`.Capabilities.KubeVersion.Version`:                               "v1.35.2",
		`.Capabilities.APIVersions.Has "monitoring.coreos.com/v1"`:        "true",
		`.Release.IsInstall`:                                              "true",
		`tpl "{{ .Release.Name }}-{{ range until 3 }}{{ . }}{{ end }}" .`: "rel-012",
		`seq 1 3`:              "1 2 3",
		`untilStep 0 10 5`:     "[0 5]",
		`printf "%s-%d" "a" 1`: "a-1",
		`.Files.Get "note"`:    "content",
	} {
		d, err := render(t, chartWith(map[string]string{
			"chart/note":                "content",
			"chart/templates/show.yaml": strings.Replace(show, ".Values.v", "("+expression+")", 1),
		}), Options{Name: "rel", Namespace: "ns", KubeVersion: "1.35.2", APIVersions: []string{"monitoring.coreos.com/v1"}})
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := shown(d); got != want {
			t.Errorf("%s = %q, want %q", expression, got, want)
		}
	}
	for _, expression := range []string{`env "HOME"`, `expandenv "$HOME"`} {
		if _, err := render(t, chartWith(map[string]string{"chart/templates/x.yaml": "a: {{ " + expression + " }}"}), Options{}); err == nil {
			t.Errorf("%s works", expression)
		}
	}
}

// Templates that would run for ever, or fill the memory, end in time.
func TestBombs(t *testing.T) {
	for name, body := range map[string]string{
		"range":           `{{ range 1000000000000 }}{{ end }}`,
		"range, trimmed":  "{{- range 1000000000000 -}}  x {{- end -}}",
		"range in tpl":    `{{ tpl "{{ range 1000000000000 }}{{ end }}" . }}`,
		"range in values": `{{ tpl .Values.bomb . }}`,
		"nested ranges":   `{{ range until 1000 }}{{ range until 1000 }}{{ range until 1000 }}{{ end }}{{ end }}{{ end }}`,
		"recursion":       `{{ define "x" }}{{ template "x" . }}{{ template "x" . }}{{ end }}{{ template "x" . }}`,
		"include":         `{{ define "y" }}{{ include "y" . }}{{ end }}{{ include "y" . }}`,
		"doubling":        `{{ $s := "xxxxxxxxxxxxxxxx" }}{{ range until 60 }}{{ $s = printf "%s%s" $s $s }}{{ end }}`,
		"doubling cat":    `{{ $s := "xxxxxxxxxxxxxxxx" }}{{ range until 60 }}{{ $s = cat $s $s }}{{ end }}`,
		"repeat":          `{{ repeat 1000000000 "x" }}`,
		"repeat long":     `{{ repeat 100000 (repeat 100000 "x") }}`,
		"until":           `{{ until 500000000 }}`,
		"untilStep":       `{{ untilStep 0 500000000 1 }}`,
		"seq":             `{{ seq 500000000 }}`,
		"indent":          `{{ indent 1000000000 "x" }}`,
		"random":          `{{ randAlphaNum 1000000000 }}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			_, err := renderWithin(ctx, chartWith(map[string]string{
				"chart/templates/bomb.yaml": body,
				"chart/values.yaml":         "bomb: '{{ range 1000000000000 }}{{ end }}'\n",
			}), Options{})
			if err == nil {
				t.Error("no error")
			}
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
			if err != nil && strings.Contains(err.Error(), "fairlead") {
				t.Errorf("the error shows how templates are metered: %v", err)
			}
		})
	}
}

func TestStepsAreCounted(t *testing.T) {
	m := newMeter(t.Context())
	for range maxSteps {
		if _, err := m.step(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.step(); err == nil {
		t.Error("no end of steps")
	}
}

func TestTemplatesStopWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := renderWithin(ctx, chartWith(map[string]string{
		"chart/templates/slow.yaml": `{{ range until 500000 }}{{ repeat 10000 "x" | sha256sum }}{{ end }}`,
	}), Options{})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "app/templates/slow.yaml:1") {
		t.Errorf("got %v", err)
	}
}

func TestWarnsOfUnstableTemplates(t *testing.T) {
	d, err := render(t, chartWith(map[string]string{"chart/templates/x.yaml": `# {{ randAlphaNum 5 }} {{ now }}`}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0], "now, randAlphaNum") {
		t.Errorf("warnings: %q", d.Warnings)
	}
}

func TestErrorsNameTheFileAndLine(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		helm  v1alpha1.ApplicationSourceHelm
		want  string
	}{
		"template that does not parse": {files: map[string]string{"chart/templates/bad.yaml": "a: 1\nb: {{ if }}\n"}, want: "app/templates/bad.yaml:2"},
		"template that fails":          {files: map[string]string{"chart/templates/bad.yaml": "a: 1\nb: {{ range until 1 }}\n{{ .Values.x.y }}{{ end }}\n"}, want: "app/templates/bad.yaml:3"},
		"required":                     {files: map[string]string{"chart/templates/bad.yaml": "a: {{ required \"set host\" .Values.host }}"}, want: "set host"},
		"YAML that does not parse":     {files: map[string]string{"chart/templates/bad.yaml": "apiVersion: v1\nkind: X\nmetadata: {name: a}\n---\napiVersion: v1\n b: [\n"}, want: "app/templates/bad.yaml (rendered): line 6"},
		"no chart":                     {files: map[string]string{"chart/Chart.yaml": "name: [\n"}, want: "chart"},
		"chart without a version":      {files: map[string]string{"chart/Chart.yaml": "apiVersion: v2\nname: a\n"}, want: "version"},
		"chart with a hostile name":    {files: map[string]string{"chart/Chart.yaml": "apiVersion: v2\nname: ../x\nversion: 1.0.0\n"}, want: "name"},
		"library":                      {files: map[string]string{"chart/Chart.yaml": chartYAML + "type: library\n"}, want: "library chart"},
		"kubeVersion":                  {files: map[string]string{"chart/Chart.yaml": chartYAML + "kubeVersion: '>=9.0.0'\n"}, want: "needs Kubernetes >=9.0.0"},
		"kubeVersion that is none":     {helm: v1alpha1.ApplicationSourceHelm{KubeVersion: "x"}, want: `kubeVersion "x"`},
		"schema":                       {files: map[string]string{"chart/values.schema.json": `{"properties": {"v": {"type": "number"}}}`}, want: "values do not match values.schema.json: app"},
		"schema from the network":      {files: map[string]string{"chart/values.schema.json": `{"$ref": "http://127.0.0.1:1/x.json"}`}, want: "schemas are not loaded from elsewhere"},
		"schema from a file":           {files: map[string]string{"chart/values.schema.json": `{"$ref": "file:///etc/passwd"}`}, want: "schemas are not loaded from elsewhere"},
		"schema that loops":            {files: map[string]string{"chart/values.schema.json": `{"$ref": "#"}`}, want: "values.schema.json"},
		"dependency not vendored":      {files: map[string]string{"chart/Chart.yaml": chartYAML + "dependencies: [{name: redis, version: 1.x, repository: 'https://example.com'}]\n"}, want: "dependency redis 1.x of app is not in charts/"},
		"dependency of another version": {files: map[string]string{
			"chart/Chart.yaml":              chartYAML + "dependencies: [{name: redis, version: 1.x, repository: 'https://example.com'}]\n",
			"chart/charts/redis/Chart.yaml": "apiVersion: v2\nname: redis\nversion: 2.0.0\n",
		}, want: "charts/ holds redis 2.0.0"},
		"local dependency that escapes": {files: map[string]string{"chart/Chart.yaml": chartYAML + "dependencies: [{name: x, version: 1.x, repository: 'file://../../x'}]\n"}, want: "path escapes repository"},
		"local dependency is absolute":  {files: map[string]string{"chart/Chart.yaml": chartYAML + "dependencies: [{name: x, version: 1.x, repository: 'file:///etc'}]\n"}, want: "path escapes repository"},
		"local dependency on itself":    {files: map[string]string{"chart/Chart.yaml": chartYAML + "dependencies: [{name: app, version: 1.x, repository: 'file://../chart'}]\n"}, want: "nest more than 10 deep"},
		"broken archive":                {files: map[string]string{"chart/charts/x.tgz": "no archive"}, want: "chart/charts/x.tgz"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := render(t, chartWith(c.files), Options{Source: &c.helm})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestDependencies(t *testing.T) {
	sub := func(name string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n"
	}
	packed := pack(t, map[string]string{"redis/Chart.yaml": "apiVersion: v2\nname: redis\nversion: 1.2.3\n", "redis/templates/r.yaml": sub("redis"), "redis/crds/c.yaml": sub("crd")})
	files := map[string]string{
		"chart/Chart.yaml": chartYAML + "dependencies:\n- {name: redis, version: 1.x, repository: 'https://example.com'}\n" +
			"- {name: local, version: 1.x, repository: 'file://../libs/local', condition: local.enabled}\n- {name: unused, version: 1.x, repository: 'file://../libs/unused', condition: unused.enabled}\n",
		"chart/values.yaml":            "v: 1\nlocal: {enabled: true}\nunused: {enabled: false}\n",
		"chart/charts/redis-1.2.3.tgz": packed,
		"libs/local/Chart.yaml":        "apiVersion: v2\nname: local\nversion: 1.0.0\n",
		"libs/local/templates/l.yaml":  sub("local"),
		"libs/unused/Chart.yaml":       "apiVersion: v2\nname: unused\nversion: 1.0.0\n",
		"libs/unused/templates/o.yaml": sub("unused"),
	}
	d, err := render(t, chartWith(files), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range d.Objects {
		got = append(got, o.GetName())
	}
	if diff := cmp.Diff([]string{"crd", "local", "redis", "show"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestArchiveBomb(t *testing.T) {
	inner := pack(t, map[string]string{"b/Chart.yaml": "apiVersion: v2\nname: b\nversion: 1.0.0\n", "b/zeros": strings.Repeat("\x00", 60<<20)})
	_, err := render(t, chartWith(map[string]string{"chart/charts/b1.tgz": inner, "chart/charts/b2.tgz": inner}), Options{})
	if err == nil || !strings.Contains(err.Error(), "weighs more than") {
		t.Errorf("got %v", err)
	}
	nested := pack(t, map[string]string{"a/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n"})
	for range maxChartDepth + 2 {
		nested = pack(t, map[string]string{"a/Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "a/charts/a.tgz": nested})
	}
	_, err = render(t, chartWith(map[string]string{"chart/charts/a.tgz": nested}), Options{})
	if err == nil || !strings.Contains(err.Error(), "nest more than 10 deep") {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"../../x", "/x", "b/../../x"} {
		_, err := render(t, chartWith(map[string]string{"chart/charts/b.tgz": pack(t, map[string]string{name: "x"})}), Options{})
		if err == nil {
			t.Errorf("an archive with %q is accepted", name)
		}
	}
}

// pack makes a .tgz.
func pack(t *testing.T, files map[string]string) string {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	w := tar.NewWriter(zip)
	for name, content := range files {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestHooksAndCRDs(t *testing.T) {
	hook := func(name, kind string) string {
		return "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\n  annotations: {helm.sh/hook: " + kind + "}\n"
	}
	files := map[string]string{
		"chart/crds/crd.yaml":          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: crd}\n",
		"chart/templates/hooks.yaml":   hook("pre", "pre-install") + hook("test", "test") + "---\n# nothing\n",
		"chart/templates/NOTES.txt":    "Thank you for {{ .Release.Name }}",
		"chart/templates/.hidden":      "a: [",
		"chart/.helmignore":            "ignored.yaml\n",
		"chart/templates/ignored.yaml": "a: [",
	}
	for name, c := range map[string]struct {
		helm v1alpha1.ApplicationSourceHelm
		want []string
	}{
		"all":        {v1alpha1.ApplicationSourceHelm{}, []string{"crd", "show", "pre", "test"}},
		"skip CRDs":  {v1alpha1.ApplicationSourceHelm{SkipCrds: true}, []string{"show", "pre", "test"}},
		"skip tests": {v1alpha1.ApplicationSourceHelm{SkipTests: true}, []string{"crd", "show", "pre"}},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := render(t, chartWith(files), Options{Source: &c.helm})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range d.Objects {
				got = append(got, o.GetName())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if got := d.Objects[len(d.Objects)-1].GetAnnotations()["helm.sh/hook"]; got == "" {
				t.Error("the hook annotation is gone")
			}
		})
	}
}
