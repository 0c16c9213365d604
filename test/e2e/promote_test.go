package e2e

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// A folder per track: the canary's cluster runs a version first, and one commit
// that changes the stable folder promotes it.
func TestACommitPromotesTheCanaryFolder(t *testing.T) {
	f := start(t)
	const name = "tracks"
	repo := f.repository(t, name, fstest.MapFS{
		"canary/model.yaml": {Data: []byte(configMapYAML("model", "version", "1"))},
		"stable/model.yaml": {Data: []byte(configMapYAML("model", "version", "1"))},
	})
	tracks := map[string]string{tokyo: "canary", virginia: "stable"}
	for cluster, track := range tracks {
		f.label(t, name, "true", cluster)
		f.label(t, "track", track, cluster)
		t.Cleanup(func() { f.label(t, "track", "", cluster) })
	}
	f.apply(t, set(name, repo.URL(), "{{metadata.labels.track}}"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	canary, stable := name+"-"+tokyo, name+"-"+virginia
	f.awaitHealthy(t, "", canary, stable)

	write := func(message, path string) string {
		t.Helper()
		commit, err := repo.Write(t.Context(), message, map[string]string{path: configMapYAML("model", "version", "2")})
		if err != nil {
			t.Fatal(err)
		}
		return commit
	}
	// Both follow the commit; only the canary's folder has changed.
	tried := write("try 2", "canary/model.yaml")
	f.awaitHealthy(t, tried, canary, stable)
	f.awaitConfigMap(t, tokyo, name, "model", "version", "2")
	always(t, time.Second, func() error {
		version, err := f.configMap(t, virginia, name, "model", "version")
		if err == nil && version != "1" {
			t.Errorf("the stable cluster runs version %s before it was promoted", version)
		}
		return err
	})

	promoted := write("promote 2", "stable/model.yaml")
	f.awaitHealthy(t, promoted, canary, stable)
	f.awaitConfigMap(t, virginia, name, "model", "version", "2")
	f.awaitConfigMap(t, tokyo, name, "model", "version", "2")
}
