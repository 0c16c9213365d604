package agent_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
)

var jobs = schema.GroupVersionResource{Group: "batch", Version: "v1", Resource: "jobs"}

// hook is a Job of one phase, which ends at once on the simulated node.
func hook(name, phase string, annotations ...string) string {
	return "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: " + name + "\n  annotations:\n    argocd.argoproj.io/hook: " + phase +
		"\n    " + strings.Join(annotations, "\n    ") + `
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: "example.com/app:1"}]
`
}

// endless makes a hook that no node runs.
func endless(hook string) string {
	return strings.Replace(hook, "restartPolicy", "nodeSelector: {no: such-node}\n      restartPolicy", 1)
}

// patchJobDone says that a Job has ended, as its controller would.
func (s *site) patchJobDone(name string) {
	s.t.Helper()
	now := time.Now().UTC().Format(time.RFC3339)
	condition := func(kind string) string {
		return fmt.Sprintf(`{"type":%q,"status":"True","lastTransitionTime":%q,"lastProbeTime":%q}`, kind, now, now)
	}
	patch := fmt.Sprintf(`{"status":{"completionTime":%q,"succeeded":1,"active":0,"ready":0,"terminating":0,"uncountedTerminatedPods":{},"conditions":[%s,%s]}}`,
		now, condition("SuccessCriteriaMet"), condition("Complete"))
	_, err := s.client.Resource(jobs).Namespace(s.ns).Patch(context.Background(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}, "status")
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) awaitAck(name string, ok func(problem string) bool) {
	s.t.Helper()
	s.await("the answer to the tombstone of "+name, patience, func() (bool, string) {
		ack := s.hub.ack(name)
		return ack != nil && ok(ack.GetError()), ack.String()
	})
}

func done(problem string) bool { return problem == "" }

// The hooks of the deletion come from the disk: Git is away, and the agent has
// been restarted.
func TestDeletionRunsItsHooksOffline(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml":   configMap("web-config", "one"),
		"web/before.yaml":   endless(hook("farewell", "PreDelete")),
		"web/after.yaml":    hook("mourn", "PostDelete"),
		"web/presync.yaml":  hook("migrate", "PreSync"),
		"web/presync2.yaml": hook("gone", "PreSync", "argocd.argoproj.io/hook-delete-policy: HookSucceeded"),
	}))
	s.start()
	web := s.bundle("web", full())
	s.hub.put(web)
	s.awaitHealthy("web")
	if s.get(jobs, "farewell") != nil || s.get(jobs, "mourn") != nil || s.get(jobs, "migrate") == nil {
		t.Fatal("a sync ran a hook of the deletion, or did not run its own")
	}
	s.stop()
	if err := s.git.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.start()
	s.hub.end(web, actionDelete)
	s.awaitAck("web", func(problem string) bool {
		return strings.Contains(problem, "PreDelete hook") && strings.Contains(problem, "farewell")
	})
	if s.get(configMaps, "web-config") == nil {
		t.Fatal("deleted before the PreDelete hook had ended")
	}
	s.patchJobDone("farewell")
	s.awaitAck("web", done)
	for name, want := range map[string]bool{"farewell": false, "migrate": false, "mourn": true} {
		if got := s.get(jobs, name) != nil; got != want {
			t.Errorf("job %s is there: %v, want %v", name, got, want)
		}
	}
	if s.get(configMaps, "web-config") != nil {
		t.Error("acknowledged while an object is there")
	}
}

// What the Application's own options keep is kept, and what asks waits for the
// hub to say that somebody has approved.
func TestDeletionHonoursTheApplicationsOptions(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml": configMap("web-config", "one"),
		"api/config.yaml": configMap("api-config", "one"),
	}))
	s.start()
	with := func(name, option string) *v1alpha1.SyncPolicy {
		policy := full()
		policy.SyncOptions = v1alpha1.SyncOptions{option}
		s.hub.put(s.bundle(name, policy))
		return policy
	}
	ask := with("web", "Delete=confirm")
	keep := with("api", "Delete=false")
	s.awaitHealthy("web")
	s.awaitHealthy("api")

	s.hub.end(s.bundle("api", keep), actionDelete)
	s.awaitAck("api", done)
	if s.get(configMaps, "api-config") == nil {
		t.Error("Delete=false of the application was not honoured")
	}
	s.hub.end(s.bundle("web", ask), actionDelete)
	s.awaitAck("web", func(problem string) bool {
		return strings.Contains(problem, "web-config") && strings.Contains(problem, v1alpha1.AnnotationDeletionApproved)
	})
	s.hub.change(func(set *delivery.Set) {
		for _, t := range set.Tombstones {
			t.Approved = t.GetName() == "web"
		}
	})
	s.stop() // the approval outlives a restart
	s.start()
	s.awaitAck("web", done)
	if s.get(configMaps, "web-config") != nil {
		t.Error("approved, and still there")
	}
}
