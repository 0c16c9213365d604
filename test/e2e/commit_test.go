package e2e

import (
	"testing"
	"testing/fstest"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestACommitReachesEveryClusterAndARevertBringsTheOldStateBack(t *testing.T) {
	f := start(t)
	const name = "commits"
	repo := f.repository(t, name, fstest.MapFS{
		"app/model.yaml": {Data: []byte(configMapYAML("model", "version", "3.1"))},
		"app/extra.yaml": {Data: []byte(configMapYAML("extra", "a", "b"))},
	})
	everywhere := []string{tokyo, virginia, frankfurt}
	apps := []string{name + "-" + tokyo, name + "-" + virginia, name + "-" + frankfurt}
	f.label(t, name, "true", everywhere...)
	f.apply(t, set(name, repo.URL(), "app"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	f.awaitHealthy(t, "", apps...)

	commit, err := repo.Write(t.Context(), "model 3.3", map[string]string{"app/model.yaml": configMapYAML("model", "version", "3.3")})
	if err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, commit, apps...)
	for _, cluster := range everywhere {
		f.awaitConfigMap(t, cluster, name, "model", "version", "3.3")
	}

	reverted, err := repo.Revert(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, reverted, apps...)
	for _, cluster := range everywhere {
		f.awaitConfigMap(t, cluster, name, "model", "version", "3.1")
	}

	pruned, err := repo.Delete(t.Context(), "drop extra", "app/extra.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f.awaitHealthy(t, pruned, apps...)
	for _, cluster := range everywhere {
		f.awaitNoConfigMap(t, cluster, name, "extra")
		f.awaitConfigMap(t, cluster, name, "model", "version", "3.1")
	}
}
