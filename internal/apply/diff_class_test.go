package apply

import (
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// diff of manifests against the cluster, by "Kind/name".
func (s *site) diff(m *Manifests) map[string]fleet.ObjectDiff {
	s.t.Helper()
	list, err := s.engine.Diff(s.ctx, m, s.inventory)
	if err != nil {
		s.t.Fatal(err)
	}
	out := map[string]fleet.ObjectDiff{}
	for _, d := range list {
		out[d.Kind+"/"+d.Name] = d
	}
	return out
}

// wantField fails unless the object has a field that reads
// "class change path: from -> to (managers)".
func wantField(t *testing.T, d fleet.ObjectDiff, want string) {
	t.Helper()
	var all []string
	for _, f := range d.Fields {
		text := fmt.Sprintf("%s %s %s: %s -> %s", f.Class, f.Change, f.Path, f.From, f.To)
		if len(f.Managers) > 0 {
			text += fmt.Sprintf(" %v", f.Managers)
		}
		if text == want {
			return
		}
		all = append(all, text)
	}
	t.Errorf("%s/%s (%s) has no field\n  %s\nbut\n  %v", d.Kind, d.Name, d.Action, want, all)
}

// merge writes as somebody who does not apply.
func (s *site) merge(manager, apiVersion, kind, name, patch string) {
	s.t.Helper()
	live := s.live(apiVersion, kind, name)
	served, err := s.engine.kinds.Lookup(s.ctx, live.GroupVersionKind())
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.engine.at(served, RefOf(live)).Patch(s.ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{FieldManager: manager})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestDiffOfWhatIsAsWanted(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("a", "1"), deployment("web", 1)))
	for name, d := range s.diff(s.prepare(docs(configMap("a", "1"), deployment("web", 1)))) {
		if d.Action != fleet.DiffNone || d.Counts() {
			t.Errorf("%s: %s: %s", name, d.Action, d.Message)
		}
	}
}

func TestDiffTellsWhatGitChanges(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("a", "1"), deployment("web", 1)))
	s.requests.take()
	got := s.diff(s.prepare(docs(configMap("a", "2"), deployment("web", 2), configMap("b", "new"))))
	wantField(t, got["ConfigMap/a"], `yours change data.key: "1" -> "2"`)
	wantField(t, got["Deployment/web"], `yours change spec.replicas: 1 -> 2`)
	if b := got["ConfigMap/b"]; b.Action != fleet.DiffCreate || b.Reason != string(ReasonMissing) {
		t.Errorf("b: %s %s", b.Action, b.Reason)
	}
	wantField(t, got["ConfigMap/b"], `yours add data.key:  -> "new"`)
	if s.live("v1", "ConfigMap", "b") != nil || s.live("v1", "ConfigMap", "a").Object["data"].(map[string]any)["key"] != "1" {
		t.Error("the diff changed the cluster")
	}
}

func TestDiffTellsDefaultsApart(t *testing.T) {
	s := newSite(t)
	s.sync(deployment("web", 1))
	got := s.diff(s.prepare(deployment("web", 1) + "      - name: side\n        image: example.com/side:1\n"))["Deployment/web"]
	wantField(t, got, `yours add spec.template.spec.containers[side].image:  -> "example.com/side:1"`)
	wantField(t, got, `defaulted add spec.template.spec.containers[side].terminationMessagePolicy:  -> "File"`)
	wantField(t, got, `defaulted keep spec.progressDeadlineSeconds: 600 -> `)
}

func TestDiffNamesWhoElseWroteAField(t *testing.T) {
	s := newSite(t)
	s.sync(deployment("web", 1))
	s.merge("kubectl-edit", "apps/v1", "Deployment", "web", `{"spec":{"replicas":3}}`)
	got := s.diff(s.prepare(deployment("web", 1)))["Deployment/web"]
	if got.Action != fleet.DiffUpdate {
		t.Errorf("action %s: %s", got.Action, got.Message)
	}
	wantField(t, got, `other change spec.replicas: 3 -> 1 [kubectl-edit]`)
}

// An autoscaler scales through the subresource, under its own name.
func TestDiffLeavesReplicasToTheirAutoscaler(t *testing.T) {
	s := newSite(t)
	manifest := strings.Replace(deployment("web", 1), "  replicas: 1\n", "", 1)
	s.sync(deployment("web", 1))
	live := s.live("apps/v1", "Deployment", "web")
	kind, err := s.engine.kinds.Lookup(s.ctx, live.GroupVersionKind())
	if err != nil {
		t.Fatal(err)
	}
	endpoint := s.engine.at(kind, RefOf(live))
	scale, err := endpoint.Get(s.ctx, "web", metav1.GetOptions{}, "scale")
	if err != nil {
		t.Fatal(err)
	}
	scale.SetResourceVersion("") // the controller writes meanwhile
	scale.Object["spec"] = map[string]any{"replicas": int64(4)}
	_, err = endpoint.Update(s.ctx, scale, metav1.UpdateOptions{FieldManager: "horizontal-pod-autoscaler"}, "scale")
	if err != nil {
		t.Fatal(err)
	}
	got := s.diff(s.prepare(manifest))["Deployment/web"]
	if got.Action != fleet.DiffNone {
		t.Errorf("action %s: %s", got.Action, got.Message)
	}
	wantField(t, got, `other keep spec.replicas: 4 ->  [horizontal-pod-autoscaler]`)
}

// What nobody applied before an autoscaler set it has no manager; then the
// autoscaler among the manifests is named.
func TestDiffNamesTheAutoscalerOfUnownedReplicas(t *testing.T) {
	s := newSite(t)
	manifest := docs(strings.Replace(deployment("web", 1), "  replicas: 1\n", "", 1), `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web-scaler}
spec: {maxReplicas: 4, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
`)
	s.sync(manifest)
	got := s.diff(s.prepare(manifest))["Deployment/web"]
	wantField(t, got, `other keep spec.replicas: 1 ->  [HorizontalPodAutoscaler web-scaler]`)
}

func TestDiffShowsWhatARuleIgnores(t *testing.T) {
	s := newSite(t)
	s.sync(deployment("web", 1))
	s.merge("kubectl-edit", "apps/v1", "Deployment", "web", `{"spec":{"replicas":3}}`)
	m := s.prepare(deployment("web", 1)).With(Settings{IgnoreDifferences: v1alpha1.IgnoreDifferences{
		{Group: "apps", Kind: "Deployment", JSONPointers: []string{"/spec/replicas"}},
	}})
	got := s.diff(m)["Deployment/web"]
	if got.Action != fleet.DiffNone {
		t.Errorf("action %s: %s", got.Action, got.Message)
	}
	wantField(t, got, `ignored keep spec.replicas: 3 -> 1`)
}
