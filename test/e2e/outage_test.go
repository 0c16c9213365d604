package e2e

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// outage prepares a set on two clusters and returns its Applications and a
// check that everything is still there.
func (f *fleet) outage(t *testing.T, name string) (apps []string, write func(version string) string, stillThere func() error) {
	t.Helper()
	repo := f.repository(t, name, fstest.MapFS{
		"app/web.yaml":   {Data: []byte(deploymentYAML("web", 2))},
		"app/model.yaml": {Data: []byte(configMapYAML("model", "version", "1"))},
	})
	where := []string{tokyo, virginia}
	for _, cluster := range where {
		apps = append(apps, name+"-"+cluster)
	}
	f.label(t, name, "true", where...)
	f.apply(t, set(name, repo.URL(), "app"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	f.awaitHealthy(t, "", apps...)
	write = func(version string) string {
		commit, err := repo.Write(t.Context(), "version "+version, map[string]string{"app/model.yaml": configMapYAML("model", "version", version)})
		if err != nil {
			t.Fatal(err)
		}
		return commit
	}
	stillThere = func() error {
		for _, cluster := range where {
			if d, err := f.deployment(t, cluster, name, "web"); err != nil || d.DeletionTimestamp != nil {
				return fmt.Errorf("deployment web on %s: deleted %v, %v", cluster, d.DeletionTimestamp, err)
			}
			if _, err := f.configMap(t, cluster, name, "model", "version"); err != nil {
				return fmt.Errorf("configmap model on %s: %w", cluster, err)
			}
		}
		return nil
	}
	return apps, write, stillThere
}

func TestHubKilledAndRestarted(t *testing.T) {
	f := start(t)
	apps, write, stillThere := f.outage(t, "hub-killed")
	since := time.Now()
	killed(t, f.hub)
	always(t, 3*time.Second, stillThere)
	f.awaitHub(t)
	for _, cluster := range []string{tokyo, virginia, frankfurt} {
		eventually(t, patience, func() error { return f.connectedSince(t, cluster, since) })
	}
	f.awaitHealthy(t, write("2"), apps...)
	if err := stillThere(); err != nil {
		t.Error(err)
	}
}

func TestDriftIsHealedWhileTheHubIsAway(t *testing.T) {
	f := start(t)
	apps, write, stillThere := f.outage(t, "hub-away")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := f.hub.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	f.scale(t, virginia, "hub-away", "web", 7)
	f.awaitReplicas(t, 10*time.Second, virginia, "hub-away", "web", 2)

	// An agent that starts without a hub heals from its disk.
	killed(t, f.agents[virginia])
	f.scale(t, virginia, "hub-away", "web", 6)
	f.awaitReplicas(t, 40*time.Second, virginia, "hub-away", "web", 2)
	if err := stillThere(); err != nil {
		t.Error(err)
	}
	f.startHub(t)
	f.awaitHealthy(t, write("2"), apps...)
}

func TestAgentKilledAndRestarted(t *testing.T) {
	f := start(t)
	apps, write, stillThere := f.outage(t, "agent-killed")
	killed(t, f.agents[tokyo])
	commit := write("2")
	f.awaitHealthy(t, commit, apps...)
	if err := stillThere(); err != nil {
		t.Error(err)
	}
	f.scale(t, tokyo, "agent-killed", "web", 4)
	f.awaitReplicas(t, 10*time.Second, tokyo, "agent-killed", "web", 2)
}

func TestGitAwayForAWhile(t *testing.T) {
	f := start(t)
	apps, write, stillThere := f.outage(t, "git-away")
	if err := f.git.Down(); err != nil {
		t.Fatal(err)
	}
	f.awaitCondition(t, apps[0], v1alpha1.ApplicationConditionRevisionUnresolved, f.git.URL("git-away"), "staying at")
	f.scale(t, tokyo, "git-away", "web", 4)
	f.awaitReplicas(t, 10*time.Second, tokyo, "git-away", "web", 2)
	if err := stillThere(); err != nil {
		t.Error(err)
	}
	if err := f.git.Resume(); err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, write("2"), apps...)
	eventually(t, patience, func() error {
		app, err := f.app(t, apps[0])
		if err == nil && len(app.Status.Conditions) > 0 {
			err = fmt.Errorf("conditions remain: %v", app.Status.Conditions)
		}
		return err
	})
}

// A label that goes and comes back while the agent is away loses nothing: the
// tombstone that waited is withdrawn.
func TestRelabelledDuringAnOutage(t *testing.T) {
	f := start(t)
	apps, _, stillThere := f.outage(t, "relabelled")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := f.agents[virginia].Stop(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, func() error {
		if f.connected(t, virginia) == nil {
			return fmt.Errorf("cluster %s still counts as connected", virginia)
		}
		return nil
	})
	f.label(t, "relabelled", "", virginia)
	f.awaitGone(t, "relabelled-"+virginia)
	f.label(t, "relabelled", "true", virginia)
	eventually(t, patience, func() error { _, err := f.app(t, "relabelled-"+virginia); return err })
	f.startAgent(t, virginia, "")
	f.awaitHealthy(t, "", apps...)
	eventually(t, patience, func() error { return f.noTombstones(t, virginia) })
	always(t, 3*time.Second, stillThere)
}

// A label that goes, comes back and goes again while the agent is away: the
// last word counts.
func TestUnlabelledTwiceDuringAnOutage(t *testing.T) {
	f := start(t)
	_, _, _ = f.outage(t, "twice-away")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := f.agents[virginia].Stop(ctx); err != nil {
		t.Fatal(err)
	}
	eventually(t, patience, func() error {
		if f.connected(t, virginia) == nil {
			return fmt.Errorf("cluster %s still counts as connected", virginia)
		}
		return nil
	})
	const app = "twice-away-" + virginia
	f.label(t, "twice-away", "", virginia)
	f.awaitGone(t, app)
	f.label(t, "twice-away", "true", virginia)
	eventually(t, patience, func() error { _, err := f.app(t, app); return err })
	f.label(t, "twice-away", "", virginia)
	f.awaitGone(t, app)
	f.startAgent(t, virginia, "")
	f.awaitNoConfigMap(t, virginia, "twice-away", "model")
	eventually(t, patience, func() error { return f.noTombstones(t, virginia) })
	f.awaitHealthy(t, "", "twice-away-"+tokyo)
}
