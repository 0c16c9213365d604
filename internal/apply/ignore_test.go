package apply

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func ignoring(change func(*v1alpha1.ResourceIgnoreDifferences)) Settings {
	rule := v1alpha1.ResourceIgnoreDifferences{Group: "apps", Kind: "Deployment"}
	change(&rule)
	return Settings{IgnoreDifferences: v1alpha1.IgnoreDifferences{rule}}
}

// Ignored fields make no difference; applying sets them unless
// RespectIgnoreDifferences=true.
func TestIgnoreDifferences(t *testing.T) {
	s := newSite(t)
	s.sync(deployment("api", 1))
	scale := func(n string) {
		t.Helper()
		kind, _ := s.engine.kinds.Lookup(s.ctx, Ref{Group: "apps", Version: "v1", Kind: "Deployment"}.GroupVersionKind())
		_, err := s.engine.client.Resource(kind.Resource).Namespace(s.namespace).Patch(s.ctx, "api", types.StrategicMergePatchType,
			[]byte(`{"spec":{"replicas":`+n+`,"template":{"spec":{"containers":[{"name":"main","image":"example.com/other:1"}]}}}}`),
			metav1.PatchOptions{FieldManager: "scaler"})
		if err != nil {
			t.Fatal(err)
		}
	}
	scale("0")
	cases := map[string]struct {
		settings Settings
		synced   bool
	}{
		"no rule": {Settings{}, false},
		"JSON pointers": {ignoring(func(r *v1alpha1.ResourceIgnoreDifferences) {
			r.JSONPointers = []string{"/spec/replicas", "/spec/template/spec/containers/0/image"}
		}), true},
		"half of it": {ignoring(func(r *v1alpha1.ResourceIgnoreDifferences) { r.JSONPointers = []string{"/spec/replicas"} }), false},
		"jq": {ignoring(func(r *v1alpha1.ResourceIgnoreDifferences) {
			r.JQPathExpressions = []string{".spec.replicas", `.spec.template.spec.containers[] | select(.name == "main") | .image`}
		}), true},
		"field manager": {ignoring(func(r *v1alpha1.ResourceIgnoreDifferences) { r.ManagedFieldsManagers = []string{"scaler"} }), true},
		"another kind": {ignoring(func(r *v1alpha1.ResourceIgnoreDifferences) {
			r.Kind, r.ManagedFieldsManagers = "StatefulSet", []string{"scaler"}
		}), false},
		"another name": {ignoring(func(r *v1alpha1.ResourceIgnoreDifferences) {
			r.Name, r.ManagedFieldsManagers = "web", []string{"scaler"}
		}), false},
	}
	for name, c := range cases {
		items, err := s.engine.Compare(s.ctx, s.prepare(deployment("api", 1)).With(c.settings), s.inventory, Known{})
		if err != nil || len(items) != 1 || (items[0].State == StateSynced) != c.synced {
			t.Errorf("%s: %+v %v, want synced %v", name, items, err, c.synced)
		}
	}

	replicas := func() any { return s.live("apps/v1", "Deployment", "api").Object["spec"].(map[string]any)["replicas"] }
	req := s.request(deployment("api", 1, "example.com/touched: yes-it-is"))
	settings := cases["field manager"].settings
	settings.RespectIgnoreDifferences = true
	req.Manifests = req.Manifests.With(settings)
	s.mustSync(req)
	if replicas() != int64(0) {
		t.Errorf("%v replicas with RespectIgnoreDifferences=true, want the scaler's 0", replicas())
	}
	settings.RespectIgnoreDifferences = false
	req = s.request(deployment("api", 1))
	req.Manifests = req.Manifests.With(settings)
	s.mustSync(req)
	if replicas() != int64(1) {
		t.Errorf("%v replicas, want 1", replicas())
	}
}

func TestUnreadableIgnoreRulesAreNamed(t *testing.T) {
	w := IgnoreWarnings(v1alpha1.IgnoreDifferences{{Kind: "Deployment", JSONPointers: []string{"spec/replicas", "/ok"}, JQPathExpressions: []string{".spec[", ".ok"}}})
	if len(w) != 2 {
		t.Fatalf("warnings %q", w)
	}
	wantText(t, w[0], "Deployment", ".spec[")
	wantText(t, w[1], "spec/replicas")
}
