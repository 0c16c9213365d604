package drift

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

var deployment = schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}

// object is a Deployment of some generation, with so many of its replicas up.
func object(name string, generation, available int64) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"namespace": "n", "name": name, "uid": name, "generation": generation},
		"spec":     map[string]any{"replicas": int64(2)},
		"status": map[string]any{"observedGeneration": generation, "replicas": int64(2), "updatedReplicas": int64(2),
			"readyReplicas": available, "availableReplicas": available},
	}}
}

func TestSinkTellsWhatChanged(t *testing.T) {
	var got []Change
	s := newSink(deployment, noRules, func(c Change) { got = append(got, c) })
	ref := func(name string) apply.Ref {
		return apply.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "n", Name: name}
	}
	if s.isSynced() {
		t.Error("synced before its first list")
	}
	for _, step := range []struct {
		name string
		do   func() error
		want []Change
	}{
		{"first list", func() error { return s.Replace([]any{object("a", 1, 1)}, "1") }, []Change{{Ref: ref("a")}}},
		{"the same again", func() error { return s.Update(object("a", 1, 1)) }, nil},
		{"healthy now", func() error { return s.Update(object("a", 1, 2)) }, []Change{{Ref: ref("a"), StatusOnly: true}}},
		{"spec changed", func() error { return s.Update(object("a", 2, 2)) }, []Change{{Ref: ref("a")}}},
		{"another one", func() error { return s.Add(object("b", 1, 2)) }, []Change{{Ref: ref("b")}}},
		{"deleted", func() error { return s.Delete(object("b", 1, 2)) }, []Change{{Ref: ref("b"), Gone: true}}},
		{"deleted again", func() error { return s.Delete(object("b", 1, 2)) }, nil},
		{"listed anew without it", func() error { return s.Replace(nil, "9") }, []Change{{Ref: ref("a"), Gone: true}}},
	} {
		got = nil
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.name, diff)
		}
	}
	if !s.isSynced() {
		t.Error("not synced after its first list")
	}
}

func TestWholeAndMetadataGiveOneSignature(t *testing.T) {
	whole := object("a", 3, 1)
	whole.SetLabels(map[string]string{"x": "y"})
	meta := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{
		Namespace: "n", Name: "a", UID: "a", Generation: 3, Labels: map[string]string{"x": "y"}}}
	if w, m := recordOf(whole, nil), recordOf(meta, nil); w.Signature != m.Signature {
		t.Errorf("whole %s, metadata %s", w.Signature, m.Signature)
	}
}

func TestIsWhole(t *testing.T) {
	for gvk, want := range map[schema.GroupVersionKind]bool{
		deployment:                      true,
		{Version: "v1", Kind: "Secret"}: false,
		{Group: "rbac.authorization.k8s.io", Version: "v1", Kind: "Role"}: false,
		{Group: "example.com", Version: "v1", Kind: "Widget"}:             true,
	} {
		if got := isWhole(gvk, nil); got != want {
			t.Errorf("%s watched whole: %v, want %v", gvk, got, want)
		}
	}
}

func TestExternalURLs(t *testing.T) {
	service := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Service",
		"status": map[string]any{"loadBalancer": map[string]any{"ingress": []any{
			map[string]any{"ip": "10.0.0.9"}, map[string]any{"hostname": "a.example.com", "ip": "10.0.0.8"}}}},
	}}
	ingress := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
		"spec": map[string]any{
			"tls": []any{map[string]any{"hosts": []any{"s.example.com"}}},
			"rules": []any{
				map[string]any{"host": "s.example.com", "http": map[string]any{"paths": []any{map[string]any{"path": "/x"}}}},
				map[string]any{"host": "p.example.com"},
			},
		},
	}}
	if diff := cmp.Diff([]string{"http://10.0.0.9", "http://a.example.com"}, externalURLs(service)); diff != "" {
		t.Errorf("service (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"http://p.example.com/", "https://s.example.com/x"}, externalURLs(ingress)); diff != "" {
		t.Errorf("ingress (-want +got):\n%s", diff)
	}
}

func noRules() *health.Rules { return nil }

// A watch that begins anew shows what the one before showed, and tells of what
// is judged otherwise, and of what went while it listed.
func TestSinkJudgesAnew(t *testing.T) {
	var got []Change
	book := &health.Book{}
	before := newSink(deployment, book.Rules, func(Change) {})
	if err := before.Replace([]any{object("a", 1, 1), object("b", 1, 2), object("c", 1, 2)}, "1"); err != nil {
		t.Fatal(err)
	}
	if changed, errs := book.Take(map[string]string{"apps_Deployment": "- {when: object.status.availableReplicas == 1, status: Suspended}"}); len(changed) != 1 || len(errs) > 0 {
		t.Fatal(changed, errs)
	}
	after := newSink(deployment, book.Rules, func(c Change) { got = append(got, c) })
	after.inherit(before)
	if r, found := after.get(name{"n", "a"}); !found || !after.isSynced() || r.Health.Status != "Progressing" {
		t.Errorf("before its list it shows %+v, %v", r, found)
	}
	if err := after.Replace([]any{object("a", 1, 1), object("b", 1, 2)}, "2"); err != nil {
		t.Fatal(err)
	}
	ref := apply.Ref{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "n", Name: "a"}
	gone := ref
	gone.Name = "c"
	if diff := cmp.Diff([]Change{{Ref: ref, StatusOnly: true}, {Ref: gone, Gone: true}}, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if r, _ := after.get(name{"n", "a"}); r.Health.Status != "Suspended" {
		t.Errorf("judged %+v", r.Health)
	}
}

func TestKindsWithARuleAreWatchedWhole(t *testing.T) {
	config := schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}
	rules, _ := health.ParseRules(map[string]string{"ConfigMap": "- {when: true, status: Healthy}"})
	if isWhole(config, nil) || !isWhole(config, rules) || !isWhole(deployment, nil) {
		t.Error("which kinds are watched whole does not follow the rules")
	}
}
