package agent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// abort the running operation of an application, as the hub asks for it.
func (s *site) abort(name string) {
	s.t.Helper()
	status, _ := s.hub.status(s.t, name)
	s.hub.change(func(set *delivery.Set) {
		for i, b := range set.Bundles {
			if b.GetName() == name {
				copied := proto.Clone(b).(*deliveryv1.Bundle)
				copied.AbortOperation = delivery.RunningID(status.OperationState)
				set.Bundles[i] = delivery.Stamp(copied)
			}
		}
	})
}

func (s *site) awaitRunning(name, message string) v1alpha1.ApplicationStatus {
	s.t.Helper()
	return s.awaitStatus(name, "running: "+message, func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationRunning && strings.Contains(a.OperationState.Message, message)
	})
}

func (s *site) awaitTerminated(name string) v1alpha1.ApplicationStatus {
	s.t.Helper()
	return s.awaitStatus(name, "terminated", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationFailed &&
			a.OperationState.Message == "Operation terminated" && a.OperationState.FinishedAt != nil
	})
}

// A hook that never ends is deleted with the operation that waits for it, and
// the operation is not tried again before there is something new.
func TestAbortWhileAHookRuns(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml":  configMap("web-config", "one"),
		"web/presync.yaml": endless(hook("migrate", "PreSync")),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitRunning("web", "migrate")
	s.abort("web")
	got := s.awaitTerminated("web")
	if s.get(jobs, "migrate") != nil || s.get(configMaps, "web-config") != nil {
		t.Error("the hook is still there, or the sync went on")
	}
	results := got.OperationState.SyncResult.Resources
	if len(results) != 1 || results[0].HookType != v1alpha1.HookTypePreSync || !strings.Contains(results[0].Message, "deleted") {
		t.Errorf("results %+v", results)
	}
	s.await("the abort to be said", patience, func() (bool, string) {
		a, _ := s.hub.status(t, "web")
		return slices.ContainsFunc(a.Conditions, func(c v1alpha1.ApplicationCondition) bool {
			return c.Type == v1alpha1.ApplicationConditionSyncError && strings.Contains(c.Message, "Operation terminated")
		}), fmt.Sprint(a.Conditions)
	})
	s.stop()
	s.start()
	s.commit(map[string]string{"web/presync.yaml": hook("migrate", "PreSync")})
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
}

// Between waves nothing of the operation goes on, and what was applied stays.
func TestAbortBetweenWaves(t *testing.T) {
	stuck := strings.Replace(deployment("first", 1), "      containers:", "      nodeSelector: {no-such: node}\n      containers:", 1)
	wave := "  annotations:\n    argocd.argoproj.io/sync-wave: \"1\"\n"
	s := newSite(t, files(map[string]string{
		"web/a.yaml": stuck,
		"web/b.yaml": strings.Replace(configMap("second", "x"), "\ndata:", "\n"+wave+"data:", 1),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitRunning("web", "first")
	s.await("the first wave to be applied", patience, func() (bool, string) { return s.get(deployments, "first") != nil, "" })
	s.abort("web")
	got := s.awaitTerminated("web")
	if s.get(deployments, "first") == nil || s.get(configMaps, "second") != nil || got.OperationState.RetryCount != 0 {
		t.Errorf("operation = %+v", got.OperationState)
	}
}

// In the pause before a retry the operation ends at once, and is not retried.
func TestAbortInBackoff(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/bad.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {replicas: 1}\n",
	}))
	s.start()
	policy := full()
	policy.Retry = &v1alpha1.RetryStrategy{Limit: 5, Backoff: &v1alpha1.Backoff{Duration: "10m", MaxDuration: "10m"}}
	s.hub.put(s.bundle("web", policy))
	got := s.awaitRunning("web", "Retrying attempt #1 at ")
	if got.OperationState.RetryCount != 1 {
		t.Errorf("retries %d", got.OperationState.RetryCount)
	}
	s.abort("web")
	s.awaitTerminated("web")
}

// The word that ends one operation does not end the next one.
func TestAbortEndsOneOperationOnly(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml":  configMap("web-config", "one"),
		"web/presync.yaml": endless(hook("migrate", "PreSync")),
	}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	old := s.awaitRunning("web", "migrate")
	s.abort("web")
	s.awaitTerminated("web")
	time.Sleep(1100 * time.Millisecond) // operations are told apart by the second in which they began
	b := s.bundle("web", full(), func(a *v1alpha1.Application) {
		a.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{SyncStrategy: &v1alpha1.SyncStrategy{Apply: &v1alpha1.SyncStrategyApply{}}}}
	})
	b.AbortOperation = delivery.RunningID(old.OperationState)
	s.hub.put(delivery.Stamp(b))
	got := s.awaitStatus("web", "synced without its hooks", func(a v1alpha1.ApplicationStatus) bool {
		return a.OperationState != nil && a.OperationState.Phase == v1alpha1.OperationSucceeded
	})
	if s.get(configMaps, "web-config") == nil || s.get(jobs, "migrate") != nil {
		t.Errorf("operation = %+v", got.OperationState)
	}
}
