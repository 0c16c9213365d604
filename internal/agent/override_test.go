package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// ask for an operation; it has not begun yet.
func (s *site) ask(name string, op v1alpha1.Operation, modify ...func(*v1alpha1.Application)) (id string) {
	s.t.Helper()
	b := s.bundle(name, nil, append(modify, func(a *v1alpha1.Application) {
		a.Operation, a.Generation = &op, time.Now().UnixNano()
	})...)
	s.hub.put(b)
	return b.GetOperation().GetId()
}

// awaitOperation until the operation of this id satisfies ok.
func (s *site) awaitOperation(name, id string, ok func(v1alpha1.OperationState) bool) v1alpha1.ApplicationStatus {
	s.t.Helper()
	var got v1alpha1.ApplicationStatus
	s.await("the operation of "+name, patience, func() (bool, string) {
		status, report := s.hub.status(s.t, name)
		got = status
		if report.GetOperationId() != id || status.OperationState == nil {
			return false, "not begun"
		}
		return ok(*status.OperationState), string(status.OperationState.Phase) + ": " + status.OperationState.Message
	})
	return got
}

func ended(o v1alpha1.OperationState) bool { return o.Phase.Completed() }

// An operation may bring its own source, strategy and options.
func TestOperationsOfTheirOwn(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml":   configMap("web-config", "one"),
		"web/presync.yaml":  hook("migrate", "PreSync"),
		"web/postsync.yaml": hook("check", "PostSync"),
		"other/config.yaml": configMap("other-config", "one"),
	}))
	s.start()
	s.hub.put(s.bundle("web", nil))
	s.awaitStatus("web", "compared", func(a v1alpha1.ApplicationStatus) bool { return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync })
	phases := func(o *v1alpha1.OperationState) string {
		var out []string
		for _, r := range o.SyncResult.Resources {
			out = append(out, r.Name+"="+strings.Join([]string{string(r.SyncPhase), string(r.HookType), string(r.HookPhase)}, "/"))
		}
		return strings.Join(out, " ")
	}
	t.Run("strategy apply runs no hook", func(t *testing.T) {
		got := s.awaitOperation("web", s.ask("web", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{
			SyncStrategy: &v1alpha1.SyncStrategy{Apply: &v1alpha1.SyncStrategyApply{}}}}), ended)
		if said := phases(got.OperationState); said != "web-config=Sync//Succeeded" || s.get(jobs, "migrate") != nil {
			t.Errorf("results %s", said)
		}
	})
	t.Run("strategy hook runs them in their phases", func(t *testing.T) {
		got := s.awaitOperation("web", s.ask("web", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{}}), ended)
		want := "migrate=PreSync/PreSync/Succeeded web-config=Sync//Succeeded check=PostSync/PostSync/Succeeded"
		if said := phases(got.OperationState); said != want {
			t.Errorf("results %s, want %s", said, want)
		}
	})
	t.Run("another source, and what it lacks is pruned only if asked", func(t *testing.T) {
		source := &v1alpha1.ApplicationSource{RepoURL: s.repo.URL(), Path: "other", TargetRevision: "main"}
		got := s.awaitOperation("web", s.ask("web", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Source: source}}), ended)
		if s.get(configMaps, "other-config") == nil || s.get(configMaps, "web-config") == nil {
			t.Errorf("operation %+v", got.OperationState)
		}
		if last := got.History[len(got.History)-1]; last.Source.Path != "other" || got.OperationState.SyncResult.Source.Path != "other" {
			t.Errorf("history %+v", last)
		}
		s.awaitOperation("web", s.ask("web", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Source: source, Prune: true}}), ended)
		if s.get(configMaps, "web-config") != nil {
			t.Error("not pruned")
		}
	})
	t.Run("options of the operation win over the application's", func(t *testing.T) {
		_ = s.awaitOperation("web", s.ask("web", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Prune: true, SyncOptions: v1alpha1.SyncOptions{"Prune=false"}}}), ended)
		if s.get(configMaps, "other-config") == nil {
			t.Error("pruned, although the operation says Prune=false")
		}
	})
	t.Run("manifests are refused", func(t *testing.T) {
		got := s.awaitOperation("web", s.ask("web", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Manifests: []string{"{}"}}}), ended)
		if got.OperationState.Phase != v1alpha1.OperationError || !strings.Contains(got.OperationState.Message, "local manifests") {
			t.Errorf("operation %+v", got.OperationState)
		}
	})
}
