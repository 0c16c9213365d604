package apply

import (
	"context"
	"fmt"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// deny installs an admission policy for config maps named "guarded-*" in the
// site's namespace.
func (s *site) deny(operation string) {
	s.t.Helper()
	name := s.namespace
	for _, obj := range objects(s.t, fmt.Sprintf(`apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: %[1]s}
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[1]s}}
    resourceRules: [{apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [%[2]s]}]
  validations:
  - expression: "!request.name.startsWith('guarded-')"
    message: the safety board says no
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: %[1]s}
spec: {policyName: %[1]s, validationActions: [Deny]}
`, name, operation)) {
		resource := schema.GroupVersionResource{Group: "admissionregistration.k8s.io", Version: "v1", Resource: strings.ToLower(obj.GetKind()) + "s"}
		resource.Resource = strings.Replace(resource.Resource, "policys", "policies", 1)
		client := s.engine.client.Resource(resource)
		if _, err := client.Create(s.ctx, obj, metav1.CreateOptions{}); err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() { _ = client.Delete(context.WithoutCancel(s.ctx), name, metav1.DeleteOptions{}) })
	}
}

// A denied apply: the others go on, nothing is pruned, and the message is the
// policy's.
func TestDeniedApply(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("old", "1"))
	s.deny("CREATE")
	manifests := docs(configMap("guarded-a", "1"), configMap("free", "1"))
	var res *SyncResult
	s.until("the policy is in force", func() bool {
		var err error
		if res, err = s.engine.Sync(s.ctx, s.request(manifests)); err != nil {
			t.Fatal(err)
		}
		if !res.Failed {
			s.remove("guarded-a")
			s.sync(configMap("old", "1"))
		}
		return res.Failed
	})
	wantText(t, find(t, res.Items, "guarded-a").Message, "ConfigMap", "guarded-a", "the safety board says no")
	if find(t, res.Items, "free").Outcome != Synced {
		t.Error("the other object was held up")
	}
	if s.live("v1", "ConfigMap", "old") == nil {
		t.Error("pruned after a failure")
	}
}

// A denied delete: the object stays, in the cluster and in the inventory.
func TestDeniedDelete(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("guarded-a", "1"), configMap("free", "1")))
	s.deny("DELETE")
	var left Inventory
	var err error
	s.until("the policy is in force", func() bool {
		if left, err = s.engine.Delete(s.ctx, s.key, s.inventory, DeleteOptions{}); err == nil {
			s.sync(docs(configMap("guarded-a", "1"), configMap("free", "1")))
		}
		return err != nil
	})
	wantText(t, err.Error(), "guarded-a", "the safety board says no")
	if len(left) != 1 || left[0].Name != "guarded-a" {
		t.Errorf("left %v, want guarded-a", left)
	}
	if s.live("v1", "ConfigMap", "free") != nil {
		t.Error("the other object was not deleted")
	}
}

func (s *site) remove(name string) {
	s.t.Helper()
	if err := s.engine.client.Resource(configMaps).Namespace(s.namespace).Delete(s.ctx, name, metav1.DeleteOptions{}); err != nil {
		s.t.Fatal(err)
	}
}

// An immutable field is named, without the pod template that the API server
// prints along.
func TestImmutableField(t *testing.T) {
	s := newSite(t)
	job := func(image string) string {
		return `apiVersion: batch/v1
kind: Job
metadata: {name: migrate}
spec:
  template:
    spec:
      restartPolicy: Never
      nodeSelector: {no: such-node}
      containers: [{name: main, image: ` + image + `}]
`
	}
	s.sync(job("example.com/app:1"))
	item := s.compare(job("example.com/app:2"))["Job/migrate"]
	if item.State != StateOutOfSync || item.Reason != ReasonRefused {
		t.Errorf("compare: %s %s, want OutOfSync Refused", item.State, item.Reason)
	}
	msg := find(t, s.mustFail(s.request(job("example.com/app:2"))).Items, "migrate").Message
	wantText(t, msg, "Job.batch", "migrate", "spec.template", "field is immutable")
	if len(msg) > 300 {
		t.Errorf("message is %d bytes: %s", len(msg), msg)
	}
}

func TestAllow(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Allow = func(gvk schema.GroupVersionKind, _ string) error {
			if gvk.Group == "apps" {
				return fmt.Errorf("this cluster runs no workloads")
			}
			return nil
		}
	})
	manifests := docs(deployment("api", 1), configMap("settings", "1"))
	if item := s.compare(manifests)["Deployment/api"]; item.Reason != ReasonNotAllowed {
		t.Errorf("compare: %s, want NotAllowed", item.Reason)
	}
	res := s.mustFail(s.request(manifests))
	wantText(t, find(t, res.Items, "api").Message, "Deployment.apps", "api", "runs no workloads")
	if find(t, res.Items, "settings").Outcome != Synced {
		t.Error("the other object was held up")
	}
}
