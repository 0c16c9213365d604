package apply

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

func (s *site) scale(name string, replicas string) {
	s.t.Helper()
	kind, err := s.engine.kinds.Lookup(s.ctx, objects(s.t, deployment(name, 1))[0].GroupVersionKind())
	if err != nil {
		s.t.Fatal(err)
	}
	_, err = s.engine.at(kind, Ref{Namespace: s.namespace, Name: name}).Patch(s.ctx, name, types.MergePatchType,
		[]byte(`{"spec":{"replicas":`+replicas+`}}`), metav1.PatchOptions{FieldManager: "kubectl-scale"}, "scale")
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestScaledByHandIsHealed(t *testing.T) {
	s := newSite(t)
	s.sync(deployment("api", 2))
	before := Signature(s.live("apps/v1", "Deployment", "api"))
	s.scale("api", "5")
	if Signature(s.live("apps/v1", "Deployment", "api")) == before {
		t.Error("the signature does not show the drift")
	}
	item := s.compare(deployment("api", 2))["Deployment/api"]
	if item.Reason != ReasonDiffers || len(item.Fields) != 1 || item.Fields[0] != "spec.replicas" {
		t.Errorf("compare: %s %v, want spec.replicas", item.Reason, item.Fields)
	}
	res := s.sync(deployment("api", 2))
	if !find(t, res.Items, "api").Changed {
		t.Error("the sync changed nothing")
	}
	n, _, _ := unstructured.NestedInt64(s.live("apps/v1", "Deployment", "api").Object, "spec", "replicas")
	if n != 2 {
		t.Errorf("replicas are %d, want 2", n)
	}
}

// Status is not drift; labels, annotations and other managers' fields are.
func TestSignature(t *testing.T) {
	s := newSite(t)
	s.sync(deployment("api", 1))
	signature := func() string { return Signature(s.live("apps/v1", "Deployment", "api")) }
	first := signature()
	s.until("the deployment is rolled out", func() bool {
		n, _, _ := unstructured.NestedInt64(s.live("apps/v1", "Deployment", "api").Object, "status", "availableReplicas")
		return n == 1
	})
	if signature() != first {
		t.Error("the roll-out changed the signature")
	}
	s.put("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, labels: {team: blue}}\n")
	second := signature()
	if second == first {
		t.Error("a new label did not change the signature")
	}
	s.put("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api, labels: {team: blue}}\n")
	if signature() != second {
		t.Error("writing the same again changed the signature")
	}
	meta := s.live("apps/v1", "Deployment", "api")
	partial := &metav1.PartialObjectMetadata{}
	partial.UID, partial.Generation = meta.GetUID(), meta.GetGeneration()
	partial.Labels, partial.Annotations = meta.GetLabels(), meta.GetAnnotations()
	partial.Finalizers, partial.ManagedFields = meta.GetFinalizers(), meta.GetManagedFields()
	if Signature(partial) != second {
		t.Error("metadata alone gives another signature than the whole object")
	}
}

func TestDeletedObjectIsMissingAndMadeAgain(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("settings", "1"))
	if err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Delete(s.ctx, "settings", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	item := s.compare(configMap("settings", "1"))["ConfigMap/settings"]
	if item.Reason != ReasonMissing || item.Health.Status != "Missing" {
		t.Errorf("compare: %s %s, want Missing", item.Reason, item.Health.Status)
	}
	s.sync(configMap("settings", "1"))
	if s.live("v1", "ConfigMap", "settings") == nil {
		t.Error("not made again")
	}
}
