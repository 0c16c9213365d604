package hub_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/hub"
)

// noClusters is a connection to the API server on which Clusters cannot be
// read while it is broken: watches end, lists fail.
type noClusters struct {
	mu     sync.Mutex
	broken bool
	open   []io.Closer
}

// roundTripper is a function that is one.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (n *noClusters) trip(r *http.Request, next http.RoundTripper) (*http.Response, error) {
	reads := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/clusters")
	n.mu.Lock()
	broken := n.broken
	n.mu.Unlock()
	if reads && broken {
		return nil, errors.New("connection lost")
	}
	answer, err := next.RoundTrip(r)
	if err == nil && reads && r.URL.Query().Has("watch") {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.open = append(n.open, answer.Body)
	}
	return answer, err
}

func (n *noClusters) set(broken bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.broken = broken
	for _, c := range n.open {
		_ = c.Close()
	}
	n.open = nil
}

// perCluster is a set over the clusters with a label.
func perCluster(name, label, path string) string {
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %[1]s}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - clusters: {selector: {matchLabels: {%[2]s: "true"}}}
  template:
    metadata: {name: '%[1]s-{{.name}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: '%[3]s'}
      destination: {name: '{{.name}}', namespace: x}
`, name, label, path)
}

// steady fails if one of the Applications goes within a moment.
func (r *running) steady(t *testing.T, names ...string) {
	t.Helper()
	time.Sleep(time.Second)
	for _, name := range names {
		if app, err := r.app(t, name); err != nil || !app.DeletionTimestamp.IsZero() {
			t.Fatalf("%s should stay: %v", name, err)
		}
	}
}

// recovers waits until a set has no error any more.
func (r *running) recovers(t *testing.T, set string) {
	t.Helper()
	eventually(t, func() error {
		c, err := r.setCondition(t, set, v1alpha1.ApplicationSetConditionErrorOccurred)
		if err == nil && c.Status != v1alpha1.ApplicationSetConditionStatusFalse {
			err = fmt.Errorf("set %s: %+v", set, c)
		}
		return err
	})
}

func TestB1ListingClustersFails(t *testing.T) {
	line := &noClusters{}
	r := start(t, func(o *hub.Options) {
		o.RestConfig = rest.CopyConfig(o.RestConfig)
		o.RestConfig.Wrap(func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) { return line.trip(r, next) })
		})
	})
	for _, name := range []string{"one", "two", "three"} {
		r.cluster(t, name, map[string]string{"b1": "true"})
	}
	r.apply(t, perCluster("b1", "b1", "a"))
	r.awaitApps(t, "b1-one", "b1-two", "b1-three")

	line.set(true)
	r.awaitSetError(t, "b1", "clusters cannot be read", "keeps what it has")
	r.annotate(t, "b1", v1alpha1.AnnotationApplicationSetRefresh)
	gone := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "three"}}
	if err := r.Delete(t.Context(), gone); err != nil {
		t.Fatal(err)
	}
	r.steady(t, "b1-one", "b1-two", "b1-three")

	line.set(false)
	r.recovers(t, "b1")
	r.awaitGone(t, "b1-three")
	r.awaitApps(t, "b1-one", "b1-two")
}

func TestB3GitIsDownOrAnswersEmpty(t *testing.T) {
	r := start(t)
	repo := r.folders(t, "b3", 5)
	r.apply(t, directories("b3", repo.URL(), ""))
	names := []string{"b3-00", "b3-01", "b3-02", "b3-03", "b3-04"}
	r.awaitApps(t, names...)
	if err := r.git.Down(); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "b3", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetError(t, "b3", repo.URL(), "keeps what it has")
	r.steady(t, names...)
	if err := r.git.Resume(); err != nil {
		t.Fatal(err)
	}
	// In maintenance the host serves an empty tree.
	if _, err := repo.Delete(t.Context(), "maintenance", "apps"); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "b3", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetHeld(t, "b3", len(names))
	r.steady(t, names...)
	if _, err := repo.Revert(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "b3", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetNotHeld(t, "b3")
	r.steady(t, names...)
}

func TestB6OneLegOfAMatrixFails(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "b6")
	r.cluster(t, "one", map[string]string{"b6": "true", "repo": "b6"})
	r.cluster(t, "two", map[string]string{"b6": "true", "repo": "b6"})
	r.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: b6}
spec:
  goTemplate: true
  generators:
  - matrix:
      generators:
      - clusters: {selector: {matchLabels: {b6: "true"}}}
      - git: {repoURL: '%s/{{.metadata.labels.repo}}.git', revision: main, directories: [{path: apps/*}]}
  template:
    metadata: {name: 'b6-{{.name}}-{{.path.basename}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: '{{.path.path}}'}
      destination: {name: '{{.name}}', namespace: x}
`, strings.TrimSuffix(repo.URL(), "/b6.git")))
	all := []string{"b6-one-a", "b6-one-b", "b6-two-a", "b6-two-b"}
	r.awaitApps(t, all...)
	r.labelCluster(t, "two", `{"metadata":{"labels":{"repo":"missing"}}}`)
	r.awaitSetError(t, "b6", "matrix", "missing", "keeps what it has")
	r.labelCluster(t, "one", `{"metadata":{"labels":{"b6":null}}}`)
	r.steady(t, all...)
	r.labelCluster(t, "two", `{"metadata":{"labels":{"repo":"b6"}}}`)
	r.recovers(t, "b6")
	r.awaitGone(t, "b6-one-a")
	r.awaitGone(t, "b6-one-b")
	r.steady(t, "b6-two-a", "b6-two-b")
}

func TestB8TwoClustersOfOneName(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", map[string]string{"b8": "true"})
	r.cluster(t, "two", map[string]string{"b8": "true"})
	r.apply(t, perCluster("b8", "b8", "a"))
	r.awaitApps(t, "b8-one", "b8-two")
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "other", Labels: map[string]string{clusters.SecretTypeLabel: clusters.SecretTypeCluster, "b8": "true"}},
		StringData: map[string]string{"name": "one", "server": "https://elsewhere"},
	}
	if err := r.Create(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	r.awaitSetError(t, "b8", "cluster "+r.namespace+"/one", "secret "+r.namespace+"/other", "keeps what it has")
	r.labelCluster(t, "two", `{"metadata":{"labels":{"b8":null}}}`)
	r.steady(t, "b8-one", "b8-two")
	if err := r.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	r.recovers(t, "b8")
	r.awaitGone(t, "b8-two")
	r.steady(t, "b8-one")
}

// elements is a set over a list; an element is PATH or NAME=PATH.
func elements(name string, list ...string) string {
	var rows []string
	for _, e := range list {
		app, path, named := strings.Cut(e, "=")
		if !named {
			path = app
		}
		rows = append(rows, fmt.Sprintf("{app: %q, path: %q}", app, path))
	}
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %[1]s}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators: [{list: {elements: [%[2]s]}}]
  template:
    metadata: {name: '%[1]s-{{.app}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: '{{if eq .path "bad"}}{{fail "bad element"}}{{end}}{{.path}}'}
      destination: {name: in-cluster, namespace: x}
`, name, strings.Join(rows, ", "))
}

func TestB9TwoElementsOfOneName(t *testing.T) {
	r := start(t)
	r.apply(t, elements("b9", "a", "b", "c"))
	r.awaitApps(t, "b9-a", "b9-b", "b9-c")
	r.apply(t, elements("b9", "a=x", "a=y", "c=new"))
	r.awaitSetError(t, "b9", `"b9-a"`, "elements[0]", "elements[1]")
	r.awaitPath(t, "b9-c", "new")
	app, err := r.app(t, "b9-a")
	if err != nil || app.Spec.Source.Path != "a" {
		t.Errorf("neither of the two may win: %+v, %v", app.Spec.Source, err)
	}
	r.steady(t, "b9-b") // it may be the one that was renamed
	r.apply(t, elements("b9", "a=x", "c=new"))
	r.recovers(t, "b9")
	r.awaitGone(t, "b9-b")
	r.awaitPath(t, "b9-a", "x")
}

func TestB10OneBadElement(t *testing.T) {
	r := start(t)
	r.apply(t, elements("b10", "a", "b", "c"))
	r.awaitApps(t, "b10-a", "b10-b", "b10-c")
	r.apply(t, elements("b10", "a=new", "b=bad"))
	r.awaitSetError(t, "b10", "generators[0].list", "elements[1]", "bad element")
	r.awaitPath(t, "b10-a", "new")
	r.steady(t, "b10-b", "b10-c")
	r.apply(t, elements("b10", "a=new", "b"))
	r.recovers(t, "b10")
	r.awaitGone(t, "b10-c")
	r.steady(t, "b10-a", "b10-b")
}

func (r *running) awaitPath(t *testing.T, name, path string) {
	t.Helper()
	eventually(t, func() error {
		app, err := r.app(t, name)
		if err == nil && app.Spec.Source.Path != path {
			err = fmt.Errorf("application %s has path %s, want %s", name, app.Spec.Source.Path, path)
		}
		return err
	})
}

func TestB11APushAddsTooManyDirectories(t *testing.T) {
	r := start(t, func(o *hub.Options) { o.Sets.Expand.MaxRows = 20 })
	repo := r.repository(t, "b11")
	r.apply(t, directories("b11", repo.URL(), ""))
	r.awaitApps(t, "b11-a", "b11-b")
	files := map[string]string{}
	for i := range 30 {
		files[fmt.Sprintf("apps/more-%d/x.yaml", i)] = "a: b\n"
	}
	if _, err := repo.Write(t.Context(), "too many", files); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "b11", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetError(t, "b11", "generators[0].git", "20", "keeps what it has")
	r.apply(t, elements("other", "a")) // the others do not notice
	r.awaitApps(t, "other-a")
	r.steady(t, "b11-a", "b11-b")
	var apps v1alpha1.ApplicationList
	if err := r.List(t.Context(), &apps, client.InNamespace(r.namespace)); err != nil || len(apps.Items) != 3 {
		t.Errorf("%d applications, %v", len(apps.Items), err)
	}
}

// Labels and annotations are data: what looks like a template in them is not
// rendered, and what an agent reports is never among them.
func TestB12ValuesAreDataAndFactsAreNoLabels(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", map[string]string{"b12": "true", "team": "payments"})
	r.labelCluster(t, "one", `{"metadata":{"annotations":{"note":"{{.server}}{{fail \"run\"}}"}}}`)
	r.apply(t, strings.Replace(perCluster("b12", "b12", "{{.metadata.annotations.note}}"), "project: default", "project: '{{.metadata.labels.team}}'", 1))
	r.awaitPath(t, "b12-one", `{{.server}}{{fail "run"}}`)
	if app, err := r.app(t, "b12-one"); err != nil || app.Spec.Project != "payments" {
		t.Errorf("project %s, %v", app.Spec.Project, err)
	}
	// An agent that reports a label's key and value among its facts selects
	// nothing by it.
	c := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "one"}}
	facts := []byte(`{"status":{"kubernetesVersion":"ai-capable","gpus":8,"nodes":3}}`)
	if err := r.Status().Patch(t.Context(), c, client.RawPatch(types.MergePatchType, facts)); err != nil {
		t.Fatal(err)
	}
	r.apply(t, perCluster("steered", "gpus", "x"))
	r.apply(t, perCluster("facts", "b12", "{{.facts.gpus}}"))
	r.awaitPath(t, "facts-one", "8")
	if _, err := r.app(t, "steered-one"); !notFound(err) {
		t.Errorf("an agent's facts selected its cluster: %v", err)
	}
}

func notFound(err error) bool { return client.IgnoreNotFound(err) == nil && err != nil }

// A host that takes authority away answers as if there were no repository.
func TestB15TheRepositoryIsGone(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "b15")
	r.apply(t, directories("b15", repo.URL(), ""))
	r.awaitApps(t, "b15-a", "b15-b")
	if err := repo.Remove(); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "b15", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetError(t, "b15", repo.URL(), "keeps what it has")
	r.steady(t, "b15-a", "b15-b")
	if _, err := r.git.NewRepo(t.Context(), "b15", fstest.MapFS{"apps/a/x.yaml": {Data: []byte("a: b\n")}}); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "b15", v1alpha1.AnnotationApplicationSetRefresh)
	r.recovers(t, "b15")
	r.awaitGone(t, "b15-b")
	r.steady(t, "b15-a")
}

// Only the first of a list's elements is put before the others: no other
// Application is written.
func TestAReorderedListWritesNothingElse(t *testing.T) {
	r := start(t)
	r.apply(t, elements("order", "a", "b", "c"))
	names := []string{"order-a", "order-b", "order-c"}
	r.awaitApps(t, names...)
	time.Sleep(time.Second) // first conditions
	before := r.generations(t, names)
	r.apply(t, elements("order", "new", "c", "a", "b"))
	r.awaitApps(t, "order-new")
	time.Sleep(time.Second)
	if after := r.generations(t, names); !slices.Equal(before, after) {
		t.Errorf("annotations and generations were %v, are %v", before, after)
	}
}

func (r *running) generations(t *testing.T, names []string) []string {
	t.Helper()
	var out []string
	for _, name := range names {
		app, err := r.app(t, name)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(name, app.Generation, app.Annotations))
	}
	return out
}
