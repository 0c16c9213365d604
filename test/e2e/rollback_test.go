package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestARollbackHoldsUntilItIsResumed(t *testing.T) {
	f := start(t)
	const name = "rollback"
	const app = name + "-" + frankfurt
	repo := f.repository(t, name, fstest.MapFS{
		"app/model.yaml": {Data: []byte(configMapYAML("model", "version", "1"))},
	})
	f.label(t, name, "true", frankfurt)
	f.apply(t, set(name, repo.URL(), "app"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	first, err := repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, first, app)
	second, err := repo.Write(t.Context(), "second", map[string]string{
		"app/model.yaml": configMapYAML("model", "version", "2"), "app/extra.yaml": configMapYAML("extra", "a", "b"),
	})
	if err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, second, app)

	if out, err := f.tryFairlead(t, "rollback", app, "--to", "77", "--reason", "x"); err == nil || !strings.Contains(err.Error(), first[:12]) {
		t.Errorf("an unknown entry: %q, %v", out, err)
	}
	f.fairlead(t, "rollback", app, "--reason", "model 2 is too slow", "--wait")
	f.awaitHealthy(t, first, app)
	f.awaitConfigMap(t, frankfurt, name, "model", "version", "1")
	f.awaitNoConfigMap(t, frankfurt, name, "extra")
	f.awaitCondition(t, app, v1alpha1.ApplicationConditionPaused, "model 2 is too slow", first[:12], second[:12]+" by now")
	if out := f.fairlead(t, "get", "apps"); !strings.Contains(out, "Synced (paused)") {
		t.Errorf("get apps does not show the pause:\n%s", out)
	}
	var history v1alpha1.RevisionHistories
	if err := json.Unmarshal([]byte(f.fairlead(t, "history", app, "-o", "json")), &history); err != nil || len(history) != 3 || history[0].Revision != first || history[1].Revision != second {
		t.Errorf("history %+v, %v", history, err)
	}

	// Neither a commit nor a restart of the hub moves it, and drift is healed.
	third, err := repo.Write(t.Context(), "third", map[string]string{"app/model.yaml": configMapYAML("model", "version", "3")})
	if err != nil {
		t.Fatal(err)
	}
	f.fairlead(t, "refresh", app)
	f.awaitCondition(t, app, v1alpha1.ApplicationConditionPaused, third[:12]+" by now")
	restarted := time.Now()
	killed(t, f.hub)
	f.awaitHub(t)
	eventually(t, 2*time.Minute, func() error { return f.connectedSince(t, frankfurt, restarted) })
	if err := f.at[frankfurt].Patch(t.Context(), configMapObject(name, "model"), client.RawPatch(types.MergePatchType, []byte(`{"data":{"version":"drifted"}}`))); err != nil {
		t.Fatal(err)
	}
	f.awaitConfigMap(t, frankfurt, name, "model", "version", "1")
	always(t, 3*time.Second, func() error {
		got, err := f.configMap(t, frankfurt, name, "model", "version")
		if err == nil && got != "1" {
			err = fmt.Errorf("version %s landed on a paused application", got)
		}
		return err
	})

	f.fairlead(t, "resume", app)
	f.awaitHealthy(t, third, app)
	f.awaitConfigMap(t, frankfurt, name, "model", "version", "3")
	f.awaitConfigMap(t, frankfurt, name, "extra", "a", "b")
	eventually(t, patience, func() error {
		a, err := f.app(t, app)
		if err == nil && len(a.Status.Conditions) > 0 {
			err = fmt.Errorf("conditions %+v", a.Status.Conditions)
		}
		return err
	})
}
