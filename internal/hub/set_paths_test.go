package hub_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub"
	"github.com/fairlead/fairlead/internal/testenv"
)

// expansions counts them by path.
func (r *running) expansions(t *testing.T, path string) int {
	t.Helper()
	families, err := r.opts.Registerer.(*prometheus.Registry).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "fairlead_set_expansions_total" && m.GetLabel()[0].GetValue() == path {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	t.Fatalf("no expansions by path %s", path)
	return 0
}

// A change of a cluster re-evaluates its rows only, in the sets only that see
// it, and all the rest stays as it is.
func TestAChangeOfAClusterIsTakenOverByItself(t *testing.T) {
	r := start(t)
	for _, name := range []string{"one", "two", "three"} {
		r.cluster(t, name, map[string]string{"inc": "true", "env": "dev"})
	}
	r.apply(t, perCluster("inc", "inc", "{{.metadata.labels.env}}"))
	r.apply(t, perCluster("blind", "other", "x"))
	r.apply(t, elements("list", "a"))
	r.awaitApps(t, "inc-one", "inc-two", "inc-three", "list-a")
	r.recovers(t, "inc")
	r.recovers(t, "blind")
	r.recovers(t, "list")
	full := r.expansions(t, "full")

	r.labelCluster(t, "two", `{"metadata":{"labels":{"env":"prod"}}}`)
	r.awaitPath(t, "inc-two", "prod")
	r.labelCluster(t, "three", `{"metadata":{"labels":{"inc":null}}}`)
	r.awaitGone(t, "inc-three")
	r.cluster(t, "four", map[string]string{"inc": "true", "env": "dev"})
	r.awaitApps(t, "inc-four")
	// A row that does not render says so, and gets well again.
	r.labelCluster(t, "one", `{"metadata":{"labels":{"env":null}}}`)
	r.awaitSetError(t, "inc", "one", "env")
	r.labelCluster(t, "one", `{"metadata":{"labels":{"env":"back"}}}`)
	r.awaitPath(t, "inc-one", "back")
	r.recovers(t, "inc")
	// Others' changes are undone, by the rows that are remembered.
	app, err := r.app(t, "inc-four")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(`{"spec":{"source":{"path":"theirs"}}}`))); err != nil {
		t.Fatal(err)
	}
	r.awaitPath(t, "inc-four", "dev")
	if n := r.expansions(t, "full"); n != full {
		t.Errorf("%d full expansions, want none but the first %d", n, full)
	}
	if n := r.expansions(t, "incremental"); n < 5 || n > 8 {
		t.Errorf("%d incremental expansions, want about one for each of 5 changes", n)
	}
}

func TestIgnoredFieldsKeepWhatOthersWrote(t *testing.T) {
	r := start(t)
	set := strings.Replace(elements("ign", "a", "b"), "spec:\n", `spec:
  ignoreApplicationDifferences:
  - jsonPointers: [/spec/source/targetRevision]
    name: ign-a
  - jqPathExpressions: ['.metadata.labels.theirs', '.spec.info[] | select(.name == "theirs")']
`, 1)
	r.apply(t, set)
	r.awaitApps(t, "ign-a", "ign-b")
	patch := []byte(`{"metadata":{"labels":{"theirs":"1","drop":"1"}},"spec":{"source":{"targetRevision":"v9"},"info":[{"name":"theirs","value":"1"}]}}`)
	for _, name := range []string{"ign-a", "ign-b"} {
		app, err := r.app(t, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, patch)); err != nil {
			t.Fatal(err)
		}
	}
	for name, revision := range map[string]string{"ign-a": "v9", "ign-b": ""} {
		eventually(t, func() error {
			app, err := r.app(t, name)
			if err != nil {
				return err
			}
			if app.Labels["theirs"] != "1" || app.Labels["drop"] != "" || app.Spec.Source.TargetRevision != revision || len(app.Spec.Info) != 1 {
				return fmt.Errorf("%s: labels %v, revision %q, info %v", name, app.Labels, app.Spec.Source.TargetRevision, app.Spec.Info)
			}
			return nil
		})
	}
	r.apply(t, strings.Replace(set, "/spec/source/targetRevision", "spec.source", 1))
	r.awaitSetError(t, "ign", "spec.ignoreApplicationDifferences[0].jsonPointers[0]", "spec.source", "keeps what it has")
}

func TestPoliciesOfSets(t *testing.T) {
	r := start(t)
	set := strings.Replace(elements("pol", "a", "b"), "spec:\n", "spec:\n  syncPolicy: {applicationsSync: create-only, preserveResourcesOnDeletion: true}\n", 1)
	r.apply(t, set)
	r.awaitApps(t, "pol-a", "pol-b")
	app, err := r.app(t, "pol-a")
	if err != nil || app.CascadedDeletion() {
		t.Fatalf("what it delivers would go with it: %v, %v", app.Finalizers, err)
	}
	r.apply(t, strings.NewReplacer(`path: "a"`, `path: "changed"`, `{app: "b", path: "b"}`, `{app: "c", path: "c"}`).Replace(set))
	r.awaitApps(t, "pol-c")
	r.steady(t, "pol-a", "pol-b")
	if app, err := r.app(t, "pol-a"); err != nil || app.Spec.Source.Path != "a" {
		t.Errorf("create-only updated: %+v, %v", app.Spec.Source, err)
	}
}

func TestSetsOfOtherNamespaces(t *testing.T) {
	config := testenv.Hub(t)
	served, unserved := testenv.Namespace(t, config), testenv.Namespace(t, config)
	r := start(t, func(o *hub.Options) {
		o.OwnNamespaces = append(o.OwnNamespaces, served, unserved)
		o.Sets.Namespaces, o.Sets.NoSCMProviders = []string{served[:len(served)-1] + "*"}, true
	})
	for _, namespace := range []string{served, unserved} {
		other := &running{Client: r.Client, namespace: namespace}
		t.Cleanup(func() { other.cleanUp(t) })
		other.apply(t, elements("set", "a"))
	}
	there, elsewhere := &running{Client: r.Client, namespace: served}, &running{Client: r.Client, namespace: unserved}
	there.awaitApps(t, "set-a")
	elsewhere.awaitSetError(t, "set", unserved, "--applicationset-namespaces")
	if _, err := elsewhere.app(t, "set-a"); !notFound(err) {
		t.Errorf("an application of a namespace that is not served: %v", err)
	}
	there.apply(t, `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: scm}
spec:
  generators: [{pullRequest: {github: {owner: a, repo: b}}}]
  template: {metadata: {name: x}, spec: {project: default, destination: {name: in-cluster, namespace: x}}}
`)
	there.awaitSetError(t, "scm", "generators[0].pullRequest", "--enable-scm-providers")
}

func TestOptionsThatLetTokensOutAreRefused(t *testing.T) {
	_, err := hub.New(t.Context(), hub.Options{
		RestConfig: testenv.Hub(t), Namespace: testenv.Namespace(t, testenv.Hub(t)), OwnNamespaces: []string{"x"}, Replica: "test", DataDir: t.TempDir(),
		Delivery: hub.DeliveryOptions{Addr: "127.0.0.1:0"}, Registerer: prometheus.NewRegistry(), MetricsAddr: "0", HealthAddr: "0",
		Sets: hub.SetOptions{Namespaces: []string{"team-*"}},
	})
	if err == nil || !strings.Contains(err.Error(), "--allowed-scm-providers") {
		t.Errorf("got %v", err)
	}
}

// A plugin is asked when the set is made, when it is refreshed and when the
// ConfigMap that names it changes; not when something else happens.
func TestAnswersAreAskedAnewWhenToldTo(t *testing.T) {
	r := start(t, func(o *hub.Options) { o.Sets.AllowLoopback = true })
	var mu sync.Mutex
	var asked atomic.Int32
	rows := `{"app":"a"}`
	say := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		rows = text
	}
	plugin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(w, `{"output":{"parameters":[%s]}}`, rows)
	}))
	t.Cleanup(plugin.Close)
	meta := metav1.ObjectMeta{Namespace: r.namespace, Name: "plugin"}
	token := &corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"token": "secret"}}
	service := &corev1.ConfigMap{ObjectMeta: meta, Data: map[string]string{"baseUrl": plugin.URL, "token": "$plugin:token"}}
	for _, o := range []client.Object{token, service} {
		if err := r.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Delete(t.Context(), o) })
	}
	r.apply(t, `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: asked}
spec:
  goTemplate: true
  generators:
  - matrix:
      generators:
      - clusters: {selector: {matchLabels: {asked: "true"}}}
      - plugin: {configMapRef: {name: plugin}, requeueAfterSeconds: 3600}
  template:
    metadata: {name: 'asked-{{.name}}-{{.app}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: x}
      destination: {name: in-cluster, namespace: x}
`)
	r.cluster(t, "one", map[string]string{"asked": "true"})
	r.awaitApps(t, "asked-one-a")
	say(`{"app":"a"},{"app":"b"}`)
	before := asked.Load()
	r.cluster(t, "two", map[string]string{"asked": "true"})
	r.awaitApps(t, "asked-two-a")
	time.Sleep(500 * time.Millisecond)
	if _, err := r.app(t, "asked-one-b"); !notFound(err) || asked.Load() != before {
		t.Errorf("the plugin was asked %d times for a new cluster: %v", asked.Load()-before, err)
	}
	r.annotate(t, "asked", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitApps(t, "asked-one-b", "asked-two-b")

	say(`{"app":"a"},{"app":"b"},{"app":"c"}`)
	service.Data["extra"] = "changed"
	if err := r.Update(t.Context(), service); err != nil {
		t.Fatal(err)
	}
	r.awaitApps(t, "asked-one-c")
	if err := r.Delete(t.Context(), &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "two"}}); err != nil {
		t.Fatal(err)
	}
	r.awaitGone(t, "asked-two-c")
}
