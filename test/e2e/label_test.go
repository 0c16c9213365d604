package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	fleetv1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/examples"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// repository serves files as a new repository with one commit.
func (f *fleet) repository(t *testing.T, name string, files fs.FS) *gitserver.Repo {
	t.Helper()
	repo, err := f.git.NewRepo(t.Context(), name, files)
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

// exampleRepository serves the example as its own repository.
func (f *fleet) exampleRepository(t *testing.T, name string) *gitserver.Repo {
	t.Helper()
	local := fstest.MapFS{}
	err := fs.WalkDir(examples.AIDeployments(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(examples.AIDeployments(), path)
		local[path] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(text), examples.RepoURL, f.git.URL(name)))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.repository(t, name, local)
}

func TestLabelLandsTheStackAndUnlabelRemovesItThereOnly(t *testing.T) {
	f := start(t)
	repo := f.exampleRepository(t, "labels")
	const name = "labels"
	f.label(t, name, "true", tokyo, virginia)
	f.apply(t, set(name, repo.URL(), "overlays/{{metadata.labels.environment}}"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	f.awaitHealthy(t, "", "labels-"+tokyo, "labels-"+virginia)

	f.label(t, name, "true", frankfurt)
	f.awaitHealthy(t, "", "labels-"+frankfurt)
	stack, err := f.deployment(t, frankfurt, name, "model-serving")
	if err != nil {
		t.Fatal(err)
	}
	if stack.Status.AvailableReplicas == 0 {
		t.Errorf("Healthy, yet no replica of %s is available on %s", stack.Name, frankfurt)
	}

	elsewhere := map[string]types.UID{}
	for _, cluster := range []string{tokyo, virginia} {
		d, err := f.deployment(t, cluster, name, "model-serving")
		if err != nil {
			t.Fatal(err)
		}
		elsewhere[cluster] = d.UID
	}
	f.label(t, name, "", frankfurt)
	f.awaitGone(t, "labels-"+frankfurt)
	eventually(t, patience, func() error {
		_, err := f.deployment(t, frankfurt, name, "model-serving")
		if apierrors.IsNotFound(err) {
			return nil
		}
		return errors.Join(err, fmt.Errorf("the stack is still on %s", frankfurt))
	})
	eventually(t, patience, func() error { return f.noTombstones(t, frankfurt) })
	always(t, 3*time.Second, func() error {
		for cluster, uid := range elsewhere {
			d, err := f.deployment(t, cluster, name, "model-serving")
			if err != nil || d.UID != uid || d.DeletionTimestamp != nil {
				return fmt.Errorf("the stack on %s was touched: %v, deleted %v, %w", cluster, d.UID, d.DeletionTimestamp, err)
			}
			if err := f.noTombstones(t, cluster); err != nil {
				return err
			}
		}
		return nil
	})
	f.awaitHealthy(t, "", "labels-"+tokyo, "labels-"+virginia)
}

func (f *fleet) noTombstones(t *testing.T, cluster string) error {
	t.Helper()
	var list fleetv1.TombstoneList
	if err := f.api.List(t.Context(), &list); err != nil {
		return err
	}
	for _, tomb := range list.Items {
		if tomb.Spec.Cluster == cluster {
			return fmt.Errorf("tombstone %s still stands: %+v", tomb.Name, tomb)
		}
	}
	return nil
}

// The set as its article has it: no project, no sync policy. It is delivered
// and reported, and nothing is applied until somebody syncs.
func TestTheArticlesSetSyncsByHand(t *testing.T) {
	f := start(t)
	repo := f.exampleRepository(t, "article")
	text, err := fs.ReadFile(examples.AIDeployments(), "sets/model-serving-global.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f.label(t, "ai-capable", "true", virginia)
	t.Cleanup(func() { f.label(t, "ai-capable", "", virginia) })
	f.makeNamespace(t, virginia, "ai-inference")
	f.apply(t, strings.ReplaceAll(string(text), examples.RepoURL, repo.URL()))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, "model-serving-global") })

	const app = "model-serving-" + virginia
	eventually(t, patience, func() error {
		a, err := f.app(t, app)
		if err == nil && a.Status.Sync.Status != v1alpha1.SyncStatusCodeOutOfSync {
			err = fmt.Errorf("%s is %s: %v", app, a.Status.Sync.Status, a.Status.Conditions)
		}
		return err
	})
	a, err := f.app(t, app)
	if err != nil {
		t.Fatal(err)
	}
	if a.Spec.Project != "default" {
		t.Errorf("project %q, want default", a.Spec.Project)
	}
	if _, err := f.deployment(t, virginia, "ai-inference", "model-serving"); !apierrors.IsNotFound(err) {
		t.Errorf("nobody has synced, but the deployment: %v", err)
	}

	out := f.fairlead(t, "sync", app, "--timeout", "60s")
	if !strings.Contains(out, "Succeeded") {
		t.Errorf("fairlead sync said %q", out)
	}
	f.awaitHealthy(t, "", app)
	var d *appsv1.Deployment
	if d, err = f.deployment(t, virginia, "ai-inference", "model-serving"); err != nil || d.Status.AvailableReplicas == 0 {
		t.Errorf("after the sync: %v, %v", d, err)
	}
	if a, err = f.app(t, app); err != nil || a.Operation != nil || len(a.Status.History) != 1 {
		t.Errorf("after the sync: operation %v, history %v, %v", a.Operation, a.Status.History, err)
	}
}
