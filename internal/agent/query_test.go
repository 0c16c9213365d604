package agent_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// Answer implements link.Session.
func (s *fakeSession) Answer(_ context.Context, a *deliveryv1.AnswerRequest) error {
	s.hub.answers <- a
	return nil
}

// inquire of the agent about an application, and decode what it answers.
func (s *site) inquire(kind deliveryv1.Query_Kind, name string, into any, modify ...func(*deliveryv1.Query)) *deliveryv1.AnswerRequest {
	s.t.Helper()
	q := &deliveryv1.Query{Id: "q-" + name, Namespace: "argocd", Name: name, Uid: "uid-" + name, Kind: kind, Seconds: 30}
	for _, m := range modify {
		m(q)
	}
	s.hub.questions <- q
	select {
	case a := <-s.hub.answers:
		if a.GetError() == "" {
			if err := delivery.DecodeAnswer(a.GetAnswer(), into); err != nil {
				s.t.Fatal(err)
			}
		}
		return a
	case <-time.After(40 * time.Second):
		s.t.Fatal("no answer")
		return nil
	}
}

func TestDiffOfAnotherRevisionAppliesAndKeepsNothing(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 1), "web/c.yaml": configMap("extra", "x")}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	before := s.awaitHealthy("web")
	commit, err := s.repo.Commit(t.Context(), gitserver.Change{
		Branch: "feature", From: "main", Write: map[string]string{"web/deployment.yaml": deployment("web", 0)}, Remove: []string{"web/c.yaml"}})
	if err != nil {
		t.Fatal(err)
	}
	var answer fleet.DiffAnswer
	a := s.inquire(deliveryv1.Query_KIND_DIFF, "web", &answer, func(q *deliveryv1.Query) {
		q.Source, q.TargetRevision, q.Revision = 1, "feature", commit
	})
	if a.GetError() != "" || !answer.Differs || len(answer.Revisions) != 1 || answer.Revisions[0] != commit {
		t.Fatalf("%s: %+v", a.GetError(), answer)
	}
	flags := map[fleet.DiffFlagKind]bool{}
	for _, o := range answer.Objects {
		for _, f := range o.Flags {
			flags[f.Kind] = true
		}
	}
	if !flags[fleet.FlagDelete] || !flags[fleet.FlagReplicasZero] {
		t.Errorf("flags %v", flags)
	}
	if s.get(configMaps, "extra") == nil || replicas(s.get(deployments, "web")) != 1 {
		t.Error("the other revision was applied")
	}
	if after := s.awaitHealthy("web"); after.Sync.Revision != before.Sync.Revision || len(after.History) != len(before.History) {
		t.Errorf("the other revision was kept: %+v", after.Sync)
	}
	answer = fleet.DiffAnswer{}
	if a := s.inquire(deliveryv1.Query_KIND_DIFF, "web", &answer); a.GetError() != "" || answer.Differs {
		t.Errorf("%s: %+v", a.GetError(), answer)
	}
}

func TestAnOutOfSyncApplicationNeverHasAnEmptyDiff(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 1), "web/c.yaml": configMap("extra", "x")}))
	s.start()
	s.hub.put(s.bundle("web", &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}})) // without pruning
	s.awaitHealthy("web")
	if _, err := s.repo.Delete(t.Context(), "no config", "web/c.yaml"); err != nil {
		t.Fatal(err)
	}
	s.hub.put(s.bundle("web", &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}}))
	s.awaitStatus("web", "out of sync", func(a v1alpha1.ApplicationStatus) bool { return a.Sync.Status == v1alpha1.SyncStatusCodeOutOfSync })
	var answer fleet.DiffAnswer
	s.inquire(deliveryv1.Query_KIND_DIFF, "web", &answer)
	said := false
	for _, o := range answer.Objects {
		said = said || o.Name == "extra" && o.Action == fleet.DiffDelete && strings.Contains(o.Message, "no longer wanted")
	}
	if !answer.Differs || !said {
		t.Errorf("%+v", answer)
	}
}

func TestQueriesThatCannotBeAnswered(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/c.yaml": configMap("c", "x"), "broken/c.yaml": "{"}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	for name, c := range map[string]struct {
		modify func(*deliveryv1.Query)
		reason fleet.QueryReason
		says   string
	}{
		"an application that is not here": {func(q *deliveryv1.Query) { q.Name = "other" }, fleet.QueryNotDelivered, "argocd/other has not reached"},
		"another UID":                     {func(q *deliveryv1.Query) { q.Uid = "new" }, fleet.QueryNotDelivered, "has not reached"},
		"a kind of the future":            {func(q *deliveryv1.Query) { q.Kind = 99 }, fleet.QueryOldAgent, "update the agent"},
		"a source that is not there":      {func(q *deliveryv1.Query) { q.Source, q.Revision = 2, strings.Repeat("a", 40) }, fleet.QueryError, "has 1 sources here, not 2"},
		"a commit that is not there": {func(q *deliveryv1.Query) {
			q.Source, q.TargetRevision, q.Revision = 1, "x", strings.Repeat("a", 40)
		}, fleet.QueryError, strings.Repeat("a", 40)},
	} {
		a := s.inquire(deliveryv1.Query_KIND_DIFF, "web", nil, c.modify)
		if a.GetReason() != string(c.reason) || !strings.Contains(a.GetError(), c.says) || len(a.GetAnswer()) > 0 {
			t.Errorf("%s: %s: %s", name, a.GetReason(), a.GetError())
		}
	}
}

// However much is asked, each question is answered once, and healing goes on.
func TestManyQueriesDoNotHoldUpHealing(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 1)}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	const asked = 40
	for range asked {
		s.hub.questions <- &deliveryv1.Query{Id: "q", Namespace: "argocd", Name: "web", Uid: "uid-web", Kind: deliveryv1.Query_KIND_TREE, Seconds: 60}
	}
	s.scale("web", 3)
	s.await("the scale to be healed", 20*time.Second, func() (bool, string) { return replicas(s.get(deployments, "web")) == 1, "" })
	reasons := map[string]int{}
	for range asked {
		select {
		case a := <-s.hub.answers:
			reasons[a.GetReason()]++
		case <-time.After(60 * time.Second):
			t.Fatalf("answered only %v of %d", reasons, asked)
		}
	}
	if reasons[""] == 0 || reasons[""]+reasons[string(fleet.QueryBusy)] != asked {
		t.Errorf("answers by reason: %v", reasons)
	}
}

func TestTreeReachesPods(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/deployment.yaml": deployment("web", 2), "web/c.yaml": configMap("web-config", "x")}))
	s.start()
	s.hub.put(s.bundle("web", full()))
	s.awaitHealthy("web")
	var answer fleet.TreeAnswer
	if a := s.inquire(deliveryv1.Query_KIND_TREE, "web", &answer); a.GetError() != "" {
		t.Fatal(a.GetError())
	}
	var pods []fleet.TreeNode
	for _, root := range answer.Roots {
		if root.Sync != "Synced" || root.UID == "" || root.Created == nil {
			t.Errorf("root %+v", root)
		}
		for _, set := range root.Children {
			pods = append(pods, set.Children...)
		}
	}
	if len(answer.Roots) != 2 || len(pods) != 2 {
		text, _ := json.Marshal(answer)
		t.Fatalf("%s", text)
	}
	for _, p := range pods {
		if p.Kind != "Pod" || p.Health != "Healthy" || p.Ready != "1/1" || len(p.Images) != 1 {
			t.Errorf("pod %+v", p)
		}
	}

	s.remove(configMaps, "web-config") // healed soon, or shown as missing
	answer = fleet.TreeAnswer{}
	if a := s.inquire(deliveryv1.Query_KIND_TREE, "web", &answer); a.GetError() != "" || len(answer.Roots) != 2 {
		t.Errorf("%s: %+v", a.GetError(), answer)
	}
}
