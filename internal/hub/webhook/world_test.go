package webhook

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// library is a cache that holds a few objects.
type library struct {
	client.Reader
	sets []unstructured.Unstructured
	apps []v1alpha1.Application
}

func (l *library) List(_ context.Context, list client.ObjectList, _ ...client.ListOption) error {
	switch list := list.(type) {
	case *unstructured.UnstructuredList:
		list.Items = l.sets
	case *v1alpha1.ApplicationList:
		list.Items = l.apps
	default:
		return fmt.Errorf("no list of %T", list)
	}
	return nil
}

// set adds a set with generators, a YAML list.
func (l *library) set(t *testing.T, namespace, name, generators string) {
	t.Helper()
	var list []any
	if err := yaml.Unmarshal([]byte(generators), &list); err != nil {
		t.Fatal(err)
	}
	u := unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"generators": list}}}
	u.SetNamespace(namespace)
	u.SetName(name)
	l.sets = append(l.sets, u)
}

func (l *library) app(t *testing.T, name, annotation, spec string) {
	t.Helper()
	app := v1alpha1.Application{}
	app.Name = name
	if annotation != "" {
		app.Annotations = map[string]string{v1alpha1.AnnotationKeyManifestGeneratePaths: annotation}
	}
	var object map[string]any
	if err := yaml.Unmarshal([]byte(spec), &object); err != nil {
		t.Fatal(err)
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, &app.Spec); err != nil {
		t.Fatal(err)
	}
	l.apps = append(l.apps, app)
}

func pushOf(repo, ref string, paths ...string) payload.Event {
	e := moved(repo, "", "")
	e.Repository.Owner, e.Repository.Name = "acme", "x"
	e.Moves[0].Ref, e.Moves[0].Paths, e.Moves[0].All = ref, paths, len(paths) == 0
	return e
}

func TestWhatAPushAsks(t *testing.T) {
	const main = "refs/heads/main"
	for name, c := range map[string]struct {
		build    func(t *testing.T, l *library)
		followed []Ref
		push     payload.Event
		want     []Ref
	}{
		"every spelling and revision that it touches": {
			build:    func(*testing.T, *library) {},
			followed: []Ref{{repoX, "main"}, {"git@github.com:Acme/X.git", "HEAD"}, {repoX, ""}, {repoX, "release"}, {repoX, someCommit}, {repoY, "main"}, {repoX, "1.*"}},
			push:     pushOf(repoX, main),
			want:     []Ref{{"git@github.com:Acme/X.git", "HEAD"}, {repoX, ""}, {repoX, "main"}},
		},
		"ranges that a tag satisfies": {
			build:    func(*testing.T, *library) {},
			followed: []Ref{{repoX, "main"}, {repoX, "1.*"}, {repoX, "2.*"}, {repoX, "v1.5.0"}},
			push:     pushOf(repoX, "refs/tags/v1.5.0"),
			want:     []Ref{{repoX, "1.*"}, {repoX, "v1.5.0"}},
		},
		"not what nobody's directories are changed by": {
			build: func(t *testing.T, l *library) {
				l.set(t, "a", "s", `[{git: {repoURL: "`+repoX+`", revision: main, directories: [{path: apps/*}, {path: apps/old, exclude: true}]}}]`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "README.md", "apps/README.md", "apps/old/x", "lib/apps/x"),
		},
		"a directory that came, in a nested generator": {
			build: func(t *testing.T, l *library) {
				l.set(t, "a", "s", `[{matrix: {generators: [{list: {}}, {merge: {mergeKeys: [a], generators: [{list: {}}, {matrix: {generators: [{git: {repoURL: "`+repoX+`", revision: main, directories: [{path: apps/*}]}}]}}]}}]}}]`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "apps/new/deep/x.yaml"),
			want:     []Ref{{repoX, "main"}},
		},
		"not other files": {
			build: func(t *testing.T, l *library) {
				l.set(t, "a", "s", `[{git: {repoURL: "`+repoX+`", revision: main, files: [{path: "config/**/c.json"}, {path: "config/old", exclude: true}]}}]`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "config/a/d.json", "other/c.json", "config/old/c.json"),
		},
		"a file that changed": {
			build: func(t *testing.T, l *library) {
				l.set(t, "a", "s", `[{git: {repoURL: "`+repoX+`", revision: main, files: [{path: "config/**/c.json"}]}}]`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "config/c.json"),
			want:     []Ref{{repoX, "main"}},
		},
		"whatever a templated generator may mean": {
			build: func(t *testing.T, l *library) {
				l.set(t, "a", "s", `[{matrix: {generators: [{list: {}}, {git: {repoURL: "https://github.com/acme/{{repo}}", revision: "{{rev}}", directories: [{path: "{{dir}}/*"}]}}]}}]`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "README.md"),
			want:     []Ref{{repoX, "main"}},
		},
		"nothing for applications that name other paths": {
			build: func(t *testing.T, l *library) {
				l.app(t, "a", ".; /shared", `{source: {repoURL: "`+repoX+`", targetRevision: main, path: apps/a}}`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "apps/b/x.yaml", "apps/ab/x.yaml"),
		},
		"for one application that does not": {
			build: func(t *testing.T, l *library) {
				l.app(t, "a", ".", `{source: {repoURL: "`+repoX+`", targetRevision: main, path: apps/a}}`)
				l.app(t, "b", "", `{sources: [{repoURL: "https://charts.example.com", chart: c}, {repoURL: "`+repoX+`", targetRevision: main, path: apps/b}]}`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main, "README.md"),
			want:     []Ref{{repoX, "main"}},
		},
		"when the host does not tell what changed": {
			build: func(t *testing.T, l *library) {
				l.app(t, "a", ".", `{source: {repoURL: "`+repoX+`", targetRevision: main, path: apps/a}}`)
			},
			followed: []Ref{{repoX, "main"}},
			push:     pushOf(repoX, main),
			want:     []Ref{{repoX, "main"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := &library{}
			c.build(t, l)
			world := NewWorld(l)
			plan, err := world.Plan(t.Context(), c.push, c.followed)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(c.want, func(a, b Ref) int { return compare(a.RepoURL, b.RepoURL, a.Revision, b.Revision) })
			if diff := cmp.Diff(Plan{Ask: c.want}, plan, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			// Any replica can tell beforehand, unless the ref is followed by
			// nobody whom it knows.
			if len(l.sets)+len(l.apps) > 0 && world.Concerns(t.Context(), c.push) != (len(c.want) > 0) {
				t.Errorf("concerns: %v", !(len(c.want) > 0))
			}
		})
	}
}
