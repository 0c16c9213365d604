package agent_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-logr/logr/testr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent"
	"github.com/fairlead/fairlead/internal/agent/link"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/gitserver"
	"github.com/fairlead/fairlead/internal/source/catalog"
	"github.com/fairlead/fairlead/internal/testenv"
)

var (
	deployments = schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}
	configMaps  = schema.GroupVersionResource{Version: "v1", Resource: "configmaps"}
	namespaces  = schema.GroupVersionResource{Version: "v1", Resource: "namespaces"}
	secrets     = schema.GroupVersionResource{Version: "v1", Resource: "secrets"}
)

// site is one agent with all around it: a hub, a Git repository, and namespaces
// of its own in a real cluster.
type site struct {
	t      *testing.T
	hub    *fakeHub
	git    *gitserver.Server
	repo   *gitserver.Repo
	cfg    *rest.Config
	client dynamic.Interface
	// ns is where applications go, home is the agent's.
	ns, home string
	dir      string
	sources  catalog.Options
	requests *counter
	agent    *agent.Agent
	options  func(*agent.Options) // changes them before each start; nil for none
	stop     func()
	// clock of the agent; nil is the real one.
	clock clock.WithTicker
}

// newSite with a repository of these files; the agent does not run yet.
func newSite(t *testing.T, files fs.FS) *site {
	t.Helper()
	return newSiteOn(t, testenv.Cluster(t, 1), files)
}

// newSiteOn a cluster.
func newSiteOn(t *testing.T, cfg *rest.Config, files fs.FS) *site {
	t.Helper()
	s := &site{t: t, cfg: cfg, ns: testenv.Namespace(t, cfg), home: testenv.Namespace(t, cfg), dir: t.TempDir(), requests: &counter{}}
	s.hub = newFakeHub("fleet-" + s.ns)
	var err error
	if s.client, err = dynamic.NewForConfig(cfg); err != nil {
		t.Fatal(err)
	}
	if s.git, err = gitserver.Serve(t.TempDir(), "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.git.Close(context.Background()); err != nil {
			t.Log(err)
		}
	})
	if s.repo, err = s.git.NewRepo(t.Context(), "apps", files); err != nil {
		t.Fatal(err)
	}
	return s
}

// start the agent, on the data directory that it had before.
func (s *site) start(change ...func(*agent.Options)) {
	s.t.Helper()
	cfg := rest.CopyConfig(s.cfg)
	cfg.Wrap(s.requests.wrap)
	o := agent.Options{
		RestConfig: cfg, Hub: s.hub, DataDir: s.dir, Namespace: s.home, Sources: s.sources, ReportDelay: 20 * time.Millisecond,
		Backoff: link.Backoff{First: 50 * time.Millisecond, Max: 200 * time.Millisecond},
		Version: "test", Clock: s.clock, Logger: testr.NewWithInterface(quiet{s.t}, testr.Options{LogTimestamp: true, Verbosity: 1}),
	}
	if s.options != nil {
		s.options(&o)
	}
	for _, c := range change {
		c(&o)
	}
	a, err := agent.New(o)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	var once sync.Once
	s.agent = a
	s.stop = func() {
		once.Do(func() {
			began := time.Now()
			cancel()
			if err := <-ended; err != nil {
				s.t.Errorf("agent ended: %v", err)
			}
			if d := time.Since(began); d > 5*time.Second {
				s.t.Errorf("agent took %s to stop", d)
			}
		})
	}
	s.t.Cleanup(s.stop)
}

// quiet logs to the test, which must not be done after its end.
type quiet struct{ t *testing.T }

func (q quiet) Log(args ...any) {
	if q.t.Context().Err() == nil {
		q.t.Log(args...)
	}
}
func (q quiet) Helper() { q.t.Helper() }

// counter of requests that are neither a watch nor the lease.
type counter struct {
	mu   sync.Mutex
	seen []string
}

func (c *counter) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if q := req.URL.Query(); q.Get("watch") == "" && !strings.Contains(req.URL.Path, "/leases/") {
			c.mu.Lock()
			c.seen = append(c.seen, req.Method+" "+req.URL.Path)
			c.mu.Unlock()
		}
		return next.RoundTrip(req)
	})
}

// take what was counted, and begin anew.
func (c *counter) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := c.seen
	c.seen = nil
	return seen
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// full is the policy that does everything by itself.
func full() *v1alpha1.SyncPolicy {
	yes := true
	return &v1alpha1.SyncPolicy{
		Automated: &v1alpha1.SyncPolicyAutomated{Prune: &yes, SelfHeal: &yes},
		Retry:     &v1alpha1.RetryStrategy{Limit: 2, Backoff: &v1alpha1.Backoff{Duration: "500ms"}},
	}
}

// bundle of an application at the repository's present head.
func (s *site) bundle(name string, policy *v1alpha1.SyncPolicy, modify ...func(*v1alpha1.Application)) *deliveryv1.Bundle {
	s.t.Helper()
	app := &v1alpha1.Application{}
	app.Namespace, app.Name, app.UID = "argocd", name, types.UID("uid-"+name)
	app.Spec = v1alpha1.ApplicationSpec{
		Source:      &v1alpha1.ApplicationSource{RepoURL: s.repo.URL(), Path: name, TargetRevision: "main"},
		Destination: v1alpha1.ApplicationDestination{Name: "here", Namespace: s.ns},
		Project:     "default", SyncPolicy: policy,
	}
	for _, m := range modify {
		m(app)
	}
	return s.bundleOf(app, anything())
}

// anything is what a project without bounds says.
func anything() v1alpha1.AppProjectSpec {
	return v1alpha1.AppProjectSpec{
		SourceRepos: []string{"*"}, Destinations: []v1alpha1.ApplicationDestination{{Name: "*", Namespace: "*"}, {Server: "*", Namespace: "*"}},
		ClusterResourceWhitelist: []v1alpha1.ClusterResourceRestrictionItem{{Group: "*", Kind: "*"}},
	}
}

// bundleOf an application of a project, at the repository's present head.
func (s *site) bundleOf(app *v1alpha1.Application, project v1alpha1.AppProjectSpec) *deliveryv1.Bundle {
	s.t.Helper()
	head, err := s.repo.Head(s.t.Context(), "main")
	if err != nil {
		s.t.Fatal(err)
	}
	raw, err := delivery.Canonical(app)
	if err != nil {
		s.t.Fatal(err)
	}
	b := &deliveryv1.Bundle{Namespace: app.Namespace, Name: app.Name, Uid: string(app.UID), Application: raw}
	if b.Project, err = delivery.Canonical(project); err != nil {
		s.t.Fatal(err)
	}
	for _, src := range app.Spec.GetSources() {
		b.Pins = append(b.Pins, &deliveryv1.PinnedSource{RepoUrl: src.RepoURL, TargetRevision: src.TargetRevision, Revision: head})
	}
	if app.Operation != nil {
		if b.Operation, err = delivery.OperationOf(app); err != nil {
			s.t.Fatal(err)
		}
	}
	return delivery.Stamp(b)
}

// await polls until ok, or fails with what it last said.
func (s *site) await(what string, limit time.Duration, ok func() (bool, string)) time.Duration {
	s.t.Helper()
	began := time.Now()
	for {
		done, last := ok()
		if done {
			return time.Since(began)
		}
		if time.Since(began) > limit {
			s.t.Fatalf("waited %s for %s; last: %s", limit, what, last)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

const patience = 30 * time.Second

// awaitStatus waits until an application's status satisfies ok.
func (s *site) awaitStatus(name, what string, ok func(v1alpha1.ApplicationStatus) bool) v1alpha1.ApplicationStatus {
	s.t.Helper()
	var last v1alpha1.ApplicationStatus
	s.await(name+" to be "+what, patience, func() (bool, string) {
		status, report := s.hub.status(s.t, name)
		last = status
		raw, _ := json.MarshalIndent(status, "", " ")
		return report != nil && ok(status), string(raw)
	})
	return last
}

// awaitHealthy waits until an application is Synced and Healthy at the head.
func (s *site) awaitHealthy(name string) v1alpha1.ApplicationStatus {
	s.t.Helper()
	head, err := s.repo.Head(s.t.Context(), "main")
	if err != nil {
		s.t.Fatal(err)
	}
	return s.awaitStatus(name, "synced and healthy at the head", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && a.Health.Status == v1alpha1.HealthStatusHealthy &&
			a.Sync.Revision == head && len(a.Conditions) == 0 && (a.OperationState == nil || a.OperationState.Phase.Completed())
	})
}

// get a live object of the application namespace; nil if there is none.
func (s *site) get(kind schema.GroupVersionResource, name string) *unstructured.Unstructured {
	s.t.Helper()
	obj, err := s.client.Resource(kind).Namespace(s.ns).Get(context.Background(), name, metav1.GetOptions{})
	if err != nil {
		return nil
	}
	return obj
}

// scale a Deployment by hand.
func (s *site) scale(name string, replicas int) {
	s.t.Helper()
	patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
	_, err := s.client.Resource(deployments).Namespace(s.ns).Patch(s.t.Context(), name, types.MergePatchType, []byte(patch),
		metav1.PatchOptions{FieldManager: "kubectl-scale"})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) remove(kind schema.GroupVersionResource, name string) {
	s.t.Helper()
	if err := s.client.Resource(kind).Namespace(s.ns).Delete(s.t.Context(), name, metav1.DeleteOptions{}); err != nil {
		s.t.Fatal(err)
	}
}

func replicas(obj *unstructured.Unstructured) int64 {
	if obj == nil {
		return -1
	}
	n, _, _ := unstructured.NestedInt64(obj.Object, "spec", "replicas")
	return n
}

// commit files to main.
func (s *site) commit(files map[string]string) {
	s.t.Helper()
	if _, err := s.repo.Write(s.t.Context(), "change", files); err != nil {
		s.t.Fatal(err)
	}
}

// files of a repository: path to content.
func files(m map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, content := range m {
		out[name] = &fstest.MapFile{Data: []byte(content)}
	}
	return out
}

func configMap(name, value string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\ndata:\n  value: %q\n", name, value)
}

func deployment(name string, replicas int) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: %[1]s
spec:
  replicas: %[2]d
  selector:
    matchLabels: {app: %[1]s}
  template:
    metadata:
      labels: {app: %[1]s}
    spec:
      containers:
      - name: main
        image: example.com/%[1]s:1
`, name, replicas)
}
