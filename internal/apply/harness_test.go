package apply

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/testenv"
)

// site is one Application's view of a real cluster, in a namespace of its own.
type site struct {
	t         *testing.T
	ctx       context.Context
	cfg       *rest.Config
	engine    *Engine
	requests  *requests
	namespace string
	key       Key

	inventory Inventory // as last saved
	saves     []Inventory
}

func newSite(t *testing.T, change ...func(*Options)) *site {
	t.Helper()
	cfg := testenv.Cluster(t, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	s := &site{t: t, ctx: ctx, cfg: cfg, requests: &requests{}, namespace: testenv.Namespace(t, cfg)}
	s.key = Key{Fleet: "test", Namespace: "argocd", Name: s.namespace, UID: "uid-1"}
	counted := rest.CopyConfig(cfg)
	counted.Wrap(func(next http.RoundTripper) http.RoundTripper { return s.requests.over(next) })
	opts := Options{Poll: 50 * time.Millisecond}
	for _, c := range change {
		c(&opts)
	}
	engine, err := New(counted, opts)
	if err != nil {
		t.Fatal(err)
	}
	s.engine = engine
	return s
}

func (s *site) prepare(manifests string) *Manifests {
	s.t.Helper()
	m, err := s.engine.Prepare(s.ctx, s.key, s.namespace, objects(s.t, manifests))
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// request with pruning on, saving to the site's inventory.
func (s *site) request(manifests string) SyncRequest {
	s.t.Helper()
	return SyncRequest{
		Manifests: s.prepare(manifests), Inventory: s.inventory, Prune: true,
		SaveInventory: func(_ context.Context, inv Inventory) error {
			s.inventory = inv
			s.saves = append(s.saves, inv)
			return nil
		},
	}
}

// sync must succeed.
func (s *site) sync(manifests string) *SyncResult {
	s.t.Helper()
	return s.mustSync(s.request(manifests))
}

func (s *site) mustSync(req SyncRequest) *SyncResult {
	s.t.Helper()
	res, err := s.engine.Sync(s.ctx, req)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.Failed {
		s.t.Fatalf("sync failed: %s", res.Message)
	}
	return res
}

// mustFail runs a sync of which objects must fail.
func (s *site) mustFail(req SyncRequest) *SyncResult {
	s.t.Helper()
	res, err := s.engine.Sync(s.ctx, req)
	if err != nil {
		s.t.Fatal(err)
	}
	if !res.Failed {
		s.t.Fatalf("sync succeeded, want a failure: %v", summary(res.Items))
	}
	return res
}

func (s *site) compare(manifests string) map[string]Item {
	s.t.Helper()
	items, err := s.engine.Compare(s.ctx, s.prepare(manifests), s.inventory, Known{})
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]Item{}
	for _, item := range items {
		out[item.Kind+"/"+item.Name] = item
	}
	return out
}

// live reads an object past the engine; nil if there is none.
func (s *site) live(apiVersion, kind, name string) *unstructured.Unstructured {
	s.t.Helper()
	obj := &unstructured.Unstructured{}
	obj.SetAPIVersion(apiVersion)
	obj.SetKind(kind)
	ref := RefOf(obj)
	ref.Namespace, ref.Name = s.namespace, name
	_, live, err := s.engine.find(s.ctx, ref)
	if err != nil {
		s.t.Fatal(err)
	}
	return live
}

// put writes an object as somebody else.
func (s *site) put(manifests string) {
	s.t.Helper()
	for _, obj := range objects(s.t, manifests) {
		kind, err := s.engine.kinds.Lookup(s.ctx, obj.GroupVersionKind())
		if err != nil {
			s.t.Fatal(err)
		}
		ref := RefOf(obj)
		if ref.Namespace == "" {
			ref.Namespace = s.namespace
		}
		opts := metav1.ApplyOptions{FieldManager: "somebody", Force: true}
		if _, err := s.engine.at(kind, ref).Apply(s.ctx, ref.Name, obj, opts); err != nil {
			s.t.Fatal(err)
		}
	}
}

// until repeats a check for up to 30 seconds.
func (s *site) until(what string, check func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !check(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("not seen in 30 s: %s", what)
		}
	}
}

// objects decodes documents separated by "---". NS is left to the caller.
func objects(t *testing.T, manifests string) []*unstructured.Unstructured {
	t.Helper()
	var out []*unstructured.Unstructured
	for doc := range strings.SplitSeq(manifests, "\n---\n") {
		if strings.TrimSpace(doc) == "" {
			continue
		}
		data, err := yaml.YAMLToJSON([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		obj := &unstructured.Unstructured{}
		if err := obj.UnmarshalJSON(data); err != nil {
			t.Fatal(err)
		}
		out = append(out, obj)
	}
	return out
}

func docs(manifests ...string) string { return strings.Join(manifests, "\n---\n") }

// configMap with one value; extra lines go to the annotations.
func configMap(name, value string, annotations ...string) string {
	s := fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: %s\n", name)
	if len(annotations) > 0 {
		s += "  annotations:\n"
	}
	for _, a := range annotations {
		s += "    " + a + "\n"
	}
	return s + fmt.Sprintf("data:\n  key: %q\n", value)
}

func wave(n int) string { return fmt.Sprintf(`argocd.argoproj.io/sync-wave: "%d"`, n) }

// deployment whose pods run on the simulated node.
func deployment(name string, replicas int, annotations ...string) string {
	s := fmt.Sprintf("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %s\n", name)
	if len(annotations) > 0 {
		s += "  annotations:\n"
	}
	for _, a := range annotations {
		s += "    " + a + "\n"
	}
	return s + fmt.Sprintf(`spec:
  replicas: %d
  selector: {matchLabels: {app: %s}}
  template:
    metadata: {labels: {app: %s}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: main
        image: example.com/app:1
`, replicas, name, name)
}

// summary renders results as "Kind/name Outcome".
func summary(items []ItemResult) []string {
	var out []string
	for _, i := range items {
		out = append(out, fmt.Sprintf("%s/%s %s", i.Kind, i.Name, i.Outcome))
	}
	return out
}

func find(t *testing.T, items []ItemResult, name string) ItemResult {
	t.Helper()
	i := slices.IndexFunc(items, func(i ItemResult) bool { return i.Name == name })
	if i < 0 {
		t.Fatalf("no result for %s in %v", name, summary(items))
	}
	return items[i]
}

// wantText fails unless text holds all parts.
func wantText(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("message %q does not say %q", text, p)
		}
	}
}

// requests counts what goes to the API server.
type requests struct {
	mu   sync.Mutex
	list []string
	// answer, if set, may answer in the API server's place.
	answer func(*http.Request) *http.Response
}

func (r *requests) over(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		r.mu.Lock()
		r.list = append(r.list, req.Method+" "+req.URL.Path)
		answer := r.answer
		r.mu.Unlock()
		if answer != nil {
			if res := answer(req); res != nil {
				return res, nil
			}
		}
		return next.RoundTrip(req)
	})
}

// take returns what came since the last take.
func (r *requests) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.list
	r.list = nil
	return out
}

func count(list []string, method string) int {
	n := 0
	for _, r := range list {
		if strings.HasPrefix(r, method+" ") {
			n++
		}
	}
	return n
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

var (
	listAll = metav1.ListOptions{LabelSelector: LabelInventory}
	forced  = metav1.ApplyOptions{FieldManager: FieldManager, Force: true}
)
