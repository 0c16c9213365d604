package apply

import (
	"slices"
	"testing"
	"time"
)

func TestWavesAndKindsInOrder(t *testing.T) {
	s := newSite(t)
	res := s.sync(docs(
		configMap("late", "1", wave(2)),
		deployment("api", 1, wave(1)),
		configMap("beside", "1", wave(1)),
		configMap("early", "1", wave(-1)),
		"apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: zero}\n",
	))
	want := []string{
		"ConfigMap/early Synced", "ServiceAccount/zero Synced",
		"ConfigMap/beside Synced", "Deployment/api Synced", "ConfigMap/late Synced",
	}
	if got := summary(res.Items); !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// The next wave waits until the deployment of the one before is healthy.
func TestWaveWaitsForHealth(t *testing.T) {
	s := newSite(t)
	res := s.sync(docs(deployment("api", 1), configMap("after", "1", wave(1))))
	api := find(t, res.Items, "api")
	if api.Health.Status != "Healthy" {
		t.Errorf("api is %s when wave 1 is done", api.Health.Status)
	}
}

func TestWaveTimeoutLeavesLaterWavesOut(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("old", "1"))
	stuck := deployment("stuck", 1) + "      nodeSelector: {no: such-node}\n"
	req := s.request(docs(stuck, configMap("after", "1", wave(1))))
	req.WaveTimeout = time.Second
	res := s.mustFail(req)
	wantText(t, res.Message, "wave 0", "Deployment.apps", "stuck", "Progressing")
	if s.live("v1", "ConfigMap", "after") != nil {
		t.Error("wave 1 was applied")
	}
	if s.live("v1", "ConfigMap", "old") == nil {
		t.Error("pruned after a failure")
	}
}

func TestDegradedFailsTheWave(t *testing.T) {
	s := newSite(t)
	late := deployment("late", 1) + "      nodeSelector: {no: such-node}\n  progressDeadlineSeconds: 1\n"
	res := s.mustFail(s.request(docs(late, configMap("after", "1", wave(1)))))
	wantText(t, res.Message, "Deployment.apps", "Degraded", "progress deadline")
}

// One object of a wave that is refused stops neither its siblings nor keeps
// its neighbours from being saved; later waves and pruning are left out.
func TestRefusedObjectDoesNotStopItsWave(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("old", "1"))
	bad := "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n"
	res := s.mustFail(s.request(docs(bad, configMap("good", "1"), deployment("api", 1), configMap("after", "1", wave(1)))))
	wantText(t, find(t, res.Items, "bad").Message, "Service", "bad", "spec.ports[0].port")
	for _, name := range []string{"good", "old"} {
		if s.live("v1", "ConfigMap", name) == nil {
			t.Errorf("%s is not there", name)
		}
	}
	if s.live("apps/v1", "Deployment", "api") == nil {
		t.Error("the deployment, after the refused service in kind order, is not there")
	}
	if s.live("v1", "ConfigMap", "after") != nil {
		t.Error("wave 1 was applied after a failure")
	}
	if !s.inventory.Has(RefOf(s.live("v1", "ConfigMap", "old"))) {
		t.Error("old left the inventory")
	}
}

func TestSelectiveSync(t *testing.T) {
	s := newSite(t)
	s.sync(docs(configMap("a", "1"), configMap("b", "1"), configMap("gone", "1")))
	req := s.request(docs(configMap("a", "2"), configMap("b", "2")))
	req.Only = []Ref{{Version: "v1", Kind: "ConfigMap", Namespace: s.namespace, Name: "a"}}
	res := s.mustSync(req)
	if got := summary(res.Items); !slices.Equal(got, []string{"ConfigMap/a Synced"}) {
		t.Errorf("selective sync did %v", got)
	}
	if s.live("v1", "ConfigMap", "gone") == nil {
		t.Error("an object that was not selected is pruned")
	}
}

func TestDryRunChangesNothing(t *testing.T) {
	s := newSite(t)
	s.sync(configMap("a", "1"))
	saves := len(s.saves)
	req := s.request(configMap("b", "1"))
	req.DryRun = true
	res := s.mustSync(req)
	if s.live("v1", "ConfigMap", "b") != nil || s.live("v1", "ConfigMap", "a") == nil || len(s.saves) != saves {
		t.Error("a dry run changed something")
	}
	want := []string{"ConfigMap/b Synced", "ConfigMap/a Pruned"}
	if got := summary(res.Items); !slices.Equal(got, want) {
		t.Errorf("dry run says %v, want %v", got, want)
	}
}
