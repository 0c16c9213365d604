package render

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func count(n int32) intstr.IntOrString { return intstr.FromInt32(n) }

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {n: \"%d\"}\n"

// wrappers put manifests where each renderer expects them.
var wrappers = map[v1alpha1.ApplicationSourceType]func(manifests map[string]string) fstest.MapFS{
	v1alpha1.ApplicationSourceTypeDirectory: func(m map[string]string) fstest.MapFS {
		return files(prefixed("app/", m))
	},
	v1alpha1.ApplicationSourceTypeKustomize: func(m map[string]string) fstest.MapFS {
		all := prefixed("app/", m)
		k := "resources:\n"
		for _, name := range sorted(m) {
			k += "- " + name + "\n"
		}
		all["app/kustomization.yaml"] = k
		return files(all)
	},
	v1alpha1.ApplicationSourceTypeHelm: func(m map[string]string) fstest.MapFS {
		all := prefixed("app/templates/", m)
		all["app/Chart.yaml"] = "apiVersion: v2\nname: app\nversion: 1.0.0\n"
		return files(all)
	},
}

// TestContract holds every renderer to what the package promises.
func TestContract(t *testing.T) {
	for kind, wrap := range wrappers {
		t.Run(string(kind), func(t *testing.T) {
			render := func(t *testing.T, m map[string]string, limits Limits) (*Result, error) {
				t.Helper()
				return Render(t.Context(), Request{Tree: wrap(m), Source: v1alpha1.ApplicationSource{Path: "app"}, Name: "app", Namespace: "ns", Limits: limits})
			}
			t.Run("deterministic and detected", func(t *testing.T) {
				m := map[string]string{}
				for i := range 30 {
					m[fmt.Sprintf("f%02d.yaml", i)] = fmt.Sprintf(configMap, fmt.Sprintf("c%02d", (i*7)%30), i)
				}
				one, err := render(t, m, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				two, err := render(t, m, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(one, two); diff != "" {
					t.Errorf("two renderings differ:\n%s", diff)
				}
				if one.SourceType != kind || len(one.Objects) != 30 {
					t.Errorf("%s gave %d objects", one.SourceType, len(one.Objects))
				}
			})
			t.Run("integers are int64", func(t *testing.T) {
				r, err := render(t, map[string]string{"a.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3, half: 0.5, big: 9007199254740993}\n"}, Limits{})
				if err != nil {
					t.Fatal(err)
				}
				want := map[string]any{"replicas": int64(3), "half": 0.5, "big": int64(9007199254740993)}
				if diff := cmp.Diff(want, r.Objects[0].Object["spec"]); diff != "" {
					t.Error(diff)
				}
			})
			t.Run("lists are flattened", func(t *testing.T) {
				list := "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}\n"
				r, err := render(t, map[string]string{"a.yaml": list}, Limits{})
				if err != nil || len(r.Objects) != 2 || r.Objects[1].GetName() != "b" {
					t.Errorf("%v, %v", r, err)
				}
			})
			for name, c := range map[string]struct {
				files  map[string]string
				limits Limits
				want   []string // parts of the error
			}{
				"no parse": {map[string]string{"bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n bad: [\n"}, Limits{}, []string{"bad.yaml"}},
				"no kind":  {map[string]string{"bad.yaml": "apiVersion: v1\nmetadata: {name: a}\n"}, Limits{}, []string{"kind"}},
				"no name":  {map[string]string{"bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: b}}\n"}, Limits{}, []string{"name"}},
				"too many objects": {map[string]string{"bad.yaml": fmt.Sprintf(configMap, "a", 1) + "---\n" + fmt.Sprintf(configMap, "b", 1)},
					Limits{Objects: 1}, []string{"more than 1 objects"}},
				"too much": {map[string]string{"bad.yaml": fmt.Sprintf(configMap, "a", 1) + "---\n" + fmt.Sprintf(configMap, "b", 1)},
					Limits{Bytes: 100}, []string{"more than 100 bytes"}},
				"large object": {map[string]string{"bad.yaml": fmt.Sprintf(configMap, "a", 1) + "# " + strings.Repeat("x", 500) + "\nmore: " + strings.Repeat("x", 500)},
					Limits{DocumentBytes: 400}, []string{"400"}},
				"alias bomb": {map[string]string{"bad.yaml": bomb()}, Limits{}, []string{"bad.yaml", "aliases"}},
				"deep nesting": {map[string]string{"bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "\n"},
					Limits{}, nil},
				"NUL":             {map[string]string{"bad.yaml": fmt.Sprintf(configMap, "a", 1) + "# \x00\n"}, Limits{}, []string{"bad.yaml", "line 5", "NUL"}},
				"UTF-16":          {map[string]string{"bad.yaml": "\xff\xfea\x00:\x00"}, Limits{}, nil},
				"numeric label":   {map[string]string{"bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {n: 1}}\n"}, Limits{}, nil},
				"no object":       {map[string]string{"bad.yaml": "- a\n- b\n"}, Limits{}, nil},
				"timeout is zero": {map[string]string{"a.yaml": fmt.Sprintf(configMap, "a", 1)}, Limits{Timeout: time.Nanosecond}, []string{"app"}},
			} {
				t.Run(name, func(t *testing.T) {
					start := time.Now()
					r, err := render(t, c.files, c.limits)
					if name == "no object" && kind == v1alpha1.ApplicationSourceTypeDirectory {
						if err != nil || len(r.Objects) != 0 || len(r.Warnings) != 1 {
							t.Errorf("%v, %v: want the file left out with a warning", r, err)
						}
						return
					}
					if err == nil {
						t.Fatal("no error")
					}
					t.Log(err)
					for _, part := range c.want {
						if !strings.Contains(err.Error(), part) {
							t.Errorf("the error does not say %q: %v", part, err)
						}
					}
					if took := time.Since(start); took > 10*time.Second {
						t.Errorf("took %s", took)
					}
				})
			}
			t.Run("escapes", func(t *testing.T) {
				for _, p := range []string{"../../etc", "..", "/etc", "a/../../b"} {
					_, err := Render(t.Context(), Request{Tree: wrap(nil), Source: v1alpha1.ApplicationSource{Path: p}})
					if err == nil || !strings.Contains(err.Error(), "path escapes repository") {
						t.Errorf("path %q: %v", p, err)
					}
				}
			})
			t.Run("a link out of the tree", func(t *testing.T) {
				tree := refusing{wrap(map[string]string{"a.yaml": fmt.Sprintf(configMap, "a", 1)}), "a.yaml"}
				_, err := Render(t.Context(), Request{Tree: tree, Source: v1alpha1.ApplicationSource{Path: "app"}})
				if err == nil || !strings.Contains(err.Error(), "a.yaml") {
					t.Errorf("got %v", err)
				}
			})
			t.Run("missing path", func(t *testing.T) {
				_, err := Render(t.Context(), Request{Tree: wrap(nil), Source: v1alpha1.ApplicationSource{Path: "nowhere"}})
				if err == nil || !strings.Contains(err.Error(), `path "nowhere" does not exist`) {
					t.Errorf("got %v", err)
				}
			})
			t.Run("a panic of the tree", func(t *testing.T) {
				_, err := Render(t.Context(), Request{Tree: panicking{}, Source: v1alpha1.ApplicationSource{Path: "app"}})
				if err == nil || !strings.Contains(err.Error(), "panicked") {
					t.Errorf("got %v", err)
				}
			})
			t.Run("cancelled", func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, err := Render(ctx, Request{Tree: wrap(map[string]string{"a.yaml": fmt.Sprintf(configMap, "a", 1)}), Source: v1alpha1.ApplicationSource{Path: "app"}})
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// TestMain fails the package if anything asks the network.
func TestMain(m *testing.M) {
	http.DefaultTransport = noNetwork{}
	m.Run()
}

type noNetwork struct{}

func (noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	panic("a renderer asked the network for " + r.URL.String())
}

// bomb is a mapping whose aliases unfold to 10^9 values.
func bomb() string {
	var b strings.Builder
	b.WriteString("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), i-1)
	}
	return b.String()
}

func files(m map[string]string) fstest.MapFS {
	out := fstest.MapFS{"README.md": {Data: []byte("x")}, "app/README.md": {Data: []byte("x")}}
	for name, content := range m {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

func prefixed(prefix string, m map[string]string) map[string]string {
	out := map[string]string{}
	for name, content := range m {
		out[prefix+name] = content
	}
	return out
}

func sorted(m map[string]string) []string {
	var names []string
	for n := range m {
		names = append(names, n)
	}
	for i := range names {
		for j := i; j > 0 && names[j] < names[j-1]; j-- {
			names[j], names[j-1] = names[j-1], names[j]
		}
	}
	return names
}

// refusing is a tree in which one file leads out of the repository.
type refusing struct {
	fstest.MapFS
	base string
}

func (r refusing) ReadFile(name string) ([]byte, error) {
	if strings.HasSuffix(name, r.base) {
		return nil, &fs.PathError{Op: "readfile", Path: name, Err: errors.New("path escapes repository")}
	}
	return r.MapFS.ReadFile(name)
}

type panicking struct{}

func (panicking) Open(string) (fs.File, error) { panic("broken") }
