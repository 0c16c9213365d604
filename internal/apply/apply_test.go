package apply

import (
	"context"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

const threeObjects = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {mode: fast}
---
apiVersion: v1
kind: Secret
metadata: {name: token}
stringData: {token: abc123}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  replicas: 2
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers:
      - name: main
        image: example.com/app:1
        resources: {requests: {cpu: 100m, memory: 0.5Gi}}
        ports: [{containerPort: 80}]
`

func TestApplyCreatesAndMarksObjects(t *testing.T) {
	s := newSite(t)
	res := s.sync(threeObjects)

	want := []string{"Secret/token Synced", "ConfigMap/settings Synced", "Deployment/api Synced"}
	if got := summary(res.Items); !slices.Equal(got, want) {
		t.Errorf("results %v, want %v (in kind order)", got, want)
	}
	live := s.live("v1", "ConfigMap", "settings")
	if live.GetLabels()[LabelApplication] != s.key.Hash() || OwnerOf(live) != s.key.String() {
		t.Errorf("marks on the live object: %v %v", live.GetLabels(), live.GetAnnotations())
	}
	if len(s.inventory) != 3 || s.inventory[0].UID == "" {
		t.Errorf("saved inventory %+v, want 3 entries with UIDs", s.inventory)
	}
	for name, item := range s.compare(threeObjects) {
		if item.State != StateSynced {
			t.Errorf("%s is %s after the sync: %s", name, item.State, item.Message)
		}
	}
}

// The inventory is saved before the first object is written.
func TestInventoryIsSavedBeforeApplying(t *testing.T) {
	s := newSite(t)
	req := s.request(configMap("first", "1"))
	save := req.SaveInventory
	s.requests.take()
	writes := -1
	req.SaveInventory = func(ctx context.Context, inv Inventory) error {
		if writes < 0 {
			writes = count(s.requests.take(), "PATCH")
		}
		return save(ctx, inv)
	}
	s.mustSync(req)
	if writes != 0 {
		t.Errorf("%d writes before the inventory was saved, want 0", writes)
	}
}

// A second sync of the same manifests reads and changes nothing, and with
// what watches know sends nothing at all.
func TestUnchangedObjectsAreNotAppliedAgain(t *testing.T) {
	s := newSite(t)
	first := s.sync(threeObjects)
	s.until("the deployment settled", func() bool {
		return s.compare(threeObjects)["Deployment/api"].Health.Status == "Healthy"
	})
	known := Known{Applied: map[Ref]Applied{}}
	for _, item := range s.compare(threeObjects) {
		known.Applied[item.Ref] = Applied{Digest: item.Digest, Signature: item.Signature}
	}
	if len(known.Applied) != len(first.Items) {
		t.Fatalf("%d objects known, want %d", len(known.Applied), len(first.Items))
	}

	req := s.request(threeObjects)
	req.Known = known
	s.requests.take()
	s.mustSync(req)
	if got := s.requests.take(); count(got, "GET") != 3 || len(got) != 3 {
		t.Errorf("requests without watches: %v, want 3 GET", got)
	}

	known.Observe = func(ref Ref) (Observed, bool) {
		live := s.live(ref.GroupVersionKind().GroupVersion().String(), ref.Kind, ref.Name)
		s.requests.take() // stands for a watch cache
		return Observed{UID: string(live.GetUID()), Signature: Signature(live)}, true
	}
	req.Known = known
	res := s.mustSync(req)
	items, err := s.engine.Compare(s.ctx, req.Manifests, s.inventory, known)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.requests.take(); len(got) != 0 {
		t.Errorf("requests with watches: %v, want none", got)
	}
	for i, item := range items {
		if item.State != StateSynced || res.Items[i].Changed {
			t.Errorf("%s: %s, changed %v", item.Ref, item.State, res.Items[i].Changed)
		}
	}
}

// What left the manifests leaves the object; what others own stays.
func TestFieldThatLeftTheManifestsIsRemoved(t *testing.T) {
	s := newSite(t)
	s.sync("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1', b: '2'}\n")
	s.put("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {theirs: '3'}\n")
	next := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: '1'}\n"
	item := s.compare(next)["ConfigMap/settings"]
	if item.State != StateOutOfSync || !slices.Equal(item.Fields, []string{"data.b"}) {
		t.Errorf("compare: %s %v, want OutOfSync [data.b]", item.State, item.Fields)
	}
	s.sync(next)
	data, _, _ := unstructured.NestedStringMap(s.live("v1", "ConfigMap", "settings").Object, "data")
	if len(data) != 2 || data["a"] != "1" || data["theirs"] != "3" {
		t.Errorf("data is %v, want a and theirs", data)
	}
}

// A key that left a Secret's stringData leaves the Secret, and no value shows.
func TestSecretKeysOnly(t *testing.T) {
	s := newSite(t)
	s.sync("apiVersion: v1\nkind: Secret\nmetadata: {name: token}\nstringData: {user: me, password: hunter2}\n")
	next := "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\nstringData: {user: you}\n"
	item := s.compare(next)["Secret/token"]
	if want := []string{"data.password", "data.user"}; !slices.Equal(item.Fields, want) {
		t.Errorf("fields %v, want %v", item.Fields, want)
	}
	s.sync(next)
	data, _, _ := unstructured.NestedStringMap(s.live("v1", "Secret", "token").Object, "data")
	if len(data) != 1 {
		t.Errorf("secret still has keys %v", data)
	}

	bad := "apiVersion: v1\nkind: Secret\nmetadata: {name: token}\ntype: kubernetes.io/tls\nstringData: {user: sesame-open}\n"
	res := s.mustFail(s.request(bad))
	if msg := find(t, res.Items, "token").Message; containsAny(msg, "sesame-open", "c2VzYW1lLW9wZW4=") {
		t.Errorf("message shows a value: %s", msg)
	}
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(text, p) })
}
