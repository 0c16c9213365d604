package apply

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// elsewhere moves the site to a namespace that does not exist yet.
func (s *site) elsewhere() {
	s.namespace += "-new"
	name := s.namespace
	s.t.Cleanup(func() {
		_ = s.engine.client.Resource(namespaces.Resource).Delete(context.WithoutCancel(s.ctx), name, metav1.DeleteOptions{})
	})
}

func (s *site) liveNamespace() *unstructured.Unstructured {
	s.t.Helper()
	ns, err := s.engine.get(s.ctx, namespaces, Ref{Version: "v1", Kind: "Namespace", Name: s.namespace})
	if err != nil {
		s.t.Fatal(err)
	}
	return ns
}

func TestMissingNamespaceIsNamed(t *testing.T) {
	s := newSite(t)
	s.elsewhere()
	res := s.mustFail(s.request(configMap("settings", "1")))
	wantText(t, find(t, res.Items, "settings").Message, s.namespace, "CreateNamespace=true")
}

func TestCreateNamespace(t *testing.T) {
	s := newSite(t)
	s.elsewhere()
	dry := s.request(configMap("settings", "1"))
	dry.CreateNamespace, dry.DryRun = true, true
	s.mustSync(dry)
	if s.liveNamespace() != nil {
		t.Fatal("a dry run made the namespace")
	}

	req := s.request(configMap("settings", "1"))
	req.CreateNamespace = true
	s.mustSync(req)
	req.NamespaceMetadata = &NamespaceMetadata{Labels: map[string]string{"team": "blue", "tier": "gold"}}
	s.mustSync(req)
	req.NamespaceMetadata = &NamespaceMetadata{Labels: map[string]string{"team": "red"}}
	s.mustSync(req)
	labels := s.liveNamespace().GetLabels()
	if labels["team"] != "red" || labels["tier"] != "" || labels[LabelApplication] != "" {
		t.Errorf("labels %v, want team=red alone of ours", labels)
	}

	if left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Fatalf("delete: %v, left %v", err, left)
	}
	if s.liveNamespace().GetDeletionTimestamp() != nil {
		t.Error("the namespace went with the application")
	}
}

func TestNamespaceInManifestsIsOurs(t *testing.T) {
	s := newSite(t)
	s.elsewhere()
	req := s.request(docs("apiVersion: v1\nkind: Namespace\nmetadata: {name: "+s.namespace+", namespace: nonsense}\n", configMap("settings", "1")))
	req.CreateNamespace = true
	s.mustSync(req)
	if OwnerOf(s.liveNamespace()) != s.key.String() {
		t.Error("the namespace is not marked")
	}
	if left, err := s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err != nil || len(left) != 0 {
		t.Fatalf("delete: %v, left %v", err, left)
	}
	if s.liveNamespace() != nil {
		t.Error("the namespace is still there")
	}
}

// A namespace stuck in deletion holds its application up, with a clear word.
func TestTerminatingNamespace(t *testing.T) {
	s := newSite(t)
	s.elsewhere()
	req := s.request(configMap("settings", "1"))
	req.CreateNamespace = true
	s.mustSync(req)
	hold := func(list string) {
		_, err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Patch(s.ctx, "settings", types.MergePatchType,
			[]byte(`{"metadata":{"finalizers":`+list+`}}`), metav1.PatchOptions{})
		if err != nil {
			t.Fatal(err)
		}
	}
	hold(`["example.com/hold"]`)
	defer hold(`[]`)
	if err := s.engine.client.Resource(namespaces.Resource).Delete(s.ctx, s.namespace, metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	res := s.mustFail(req)
	wantText(t, res.Message, "Namespace", s.namespace, "being deleted")
	req = s.request(configMap("more", "1"))
	res = s.mustFail(req)
	wantText(t, find(t, res.Items, "more").Message, s.namespace, "being deleted")
}
