package e2e

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// grid is a set of two folders on two clusters: four Applications, the fewest
// of which not all go at once.
type grid struct {
	*fleet
	name  string
	repo  *gitserver.Repo
	cells []cell
}

// cell is one Application of a grid, and where it puts its objects.
type cell struct{ app, folder, cluster, namespace string }

func (f *fleet) grid(t *testing.T, name string) *grid {
	t.Helper()
	files := fstest.MapFS{"README.md": {Data: []byte("folders come and go\n")}}
	g := &grid{fleet: f, name: name}
	for _, folder := range []string{"one", "two"} {
		files["apps/"+folder+"/web.yaml"] = &fstest.MapFile{Data: []byte(deploymentYAML("web", 1))}
		files["apps/"+folder+"/model.yaml"] = &fstest.MapFile{Data: []byte(configMapYAML("model", "version", "1"))}
		for _, cluster := range []string{tokyo, virginia} {
			g.cells = append(g.cells, cell{name + "-" + folder + "-" + cluster, "apps/" + folder, cluster, name + "-" + folder})
		}
	}
	g.repo = f.repository(t, name, files)
	f.label(t, name, "true", tokyo, virginia)
	g.applySet(t, name)
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	f.awaitHealthy(t, "", g.apps()...)
	return g
}

// applySet applies the set for the clusters with this label.
func (g *grid) applySet(t *testing.T, label string) {
	t.Helper()
	g.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %[1]s}
spec:
  generators:
  - matrix:
      generators:
      - git: {repoURL: %[2]s, revision: main, directories: [{path: apps/*}]}
      - clusters: {selector: {matchLabels: {%[3]s: "true"}}}
  template:
    metadata: {name: '%[1]s-{{path.basename}}-{{name}}'}
    spec:
      project: default
      source: {repoURL: %[2]s, targetRevision: main, path: '{{path}}'}
      destination: {server: '{{server}}', namespace: '%[1]s-{{path.basename}}'}
      syncPolicy:
        automated: {prune: true, selfHeal: true}
        syncOptions: [CreateNamespace=true]
`, g.name, g.repo.URL(), label))
}

func (g *grid) apps() []string {
	var names []string
	for _, c := range g.cells {
		names = append(names, c.app)
	}
	return names
}

func (g *grid) commit(t *testing.T, version string) string {
	t.Helper()
	files := map[string]string{}
	for _, c := range g.cells {
		files[c.folder+"/model.yaml"] = configMapYAML("model", "version", version)
	}
	commit, err := g.repo.Write(t.Context(), "version "+version, files)
	if err != nil {
		t.Fatal(err)
	}
	return commit
}

// heals deletes and changes objects of cells by hand and waits until they are
// as before, with the ConfigMap at version.
func (g *grid) heals(t *testing.T, version string, cells ...cell) {
	t.Helper()
	deleted := map[cell]types.UID{}
	for _, c := range cells {
		g.scale(t, c.cluster, c.namespace, "web", 3)
		cm := configMapObject(c.namespace, "model")
		if err := g.at[c.cluster].Get(t.Context(), client.ObjectKeyFromObject(cm), cm); err != nil {
			t.Fatal(err)
		}
		deleted[c] = cm.UID
		if err := g.at[c.cluster].Delete(t.Context(), cm); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range cells {
		g.awaitReplicas(t, patience, c.cluster, c.namespace, "web", 1)
		eventually(t, patience, func() error {
			cm := configMapObject(c.namespace, "model")
			err := g.at[c.cluster].Get(t.Context(), client.ObjectKeyFromObject(cm), cm)
			if err == nil && (cm.UID == deleted[c] || cm.Data["version"] != version) {
				err = fmt.Errorf("configmap model of %s: %v, the deleted one was %s; want version %s", c.app, cm, deleted[c], version)
			}
			return err
		})
	}
}

// webs are the Deployments, which no test deletes: that their UIDs stay proves
// that nobody else did either.
func (g *grid) webs(t *testing.T) map[cell]types.UID {
	t.Helper()
	out := map[cell]types.UID{}
	for _, c := range g.cells {
		d, err := g.deployment(t, c.cluster, c.namespace, "web")
		if err != nil || d.DeletionTimestamp != nil {
			t.Fatalf("deployment web of %s: deleted %v, %v", c.app, d.DeletionTimestamp, err)
		}
		out[c] = d.UID
	}
	return out
}

func (g *grid) sameWebs(t *testing.T, before map[cell]types.UID) {
	t.Helper()
	for c, uid := range g.webs(t) {
		if uid != before[c] {
			t.Errorf("deployment web of %s is another: %s, was %s", c.app, uid, before[c])
		}
	}
}

func (g *grid) awaitObjectsGone(t *testing.T, cells ...cell) {
	t.Helper()
	for _, c := range cells {
		g.awaitNoConfigMap(t, c.cluster, c.namespace, "model")
		eventually(t, patience, func() error {
			_, err := g.deployment(t, c.cluster, c.namespace, "web")
			if apierrors.IsNotFound(err) {
				return nil
			}
			return errors.Join(err, fmt.Errorf("deployment web of %s is still there", c.app))
		})
	}
}

// awaitGuard waits until the set's guard holds all rows, or none, and returns
// the digest of the hold.
func (g *grid) awaitGuard(t *testing.T, held bool) (digest string) {
	t.Helper()
	want := v1alpha1.ApplicationSetConditionStatusFalse
	if held {
		want = v1alpha1.ApplicationSetConditionStatusTrue
	}
	eventually(t, patience, func() error {
		set := &v1alpha1.ApplicationSet{}
		if err := g.api.Get(t.Context(), client.ObjectKey{Namespace: argocd, Name: g.name}, set); err != nil {
			return err
		}
		hold := set.Status.DeletionsHeld
		i := slices.IndexFunc(set.Status.Conditions, func(c v1alpha1.ApplicationSetCondition) bool {
			return c.Type == v1alpha1.ApplicationSetConditionDeletionsHeld && c.Status == want
		})
		switch {
		case i < 0, held != (hold != nil), held && int(hold.Count) != len(g.cells):
			return fmt.Errorf("set %s: condition DeletionsHeld is not %s for all: %+v, conditions %+v", g.name, want, hold, set.Status.Conditions)
		case held:
			digest = hold.Digest
		}
		return nil
	})
	return digest
}

// deleted fails unless all Applications are there, on their way out or not.
func (g *grid) deleted(t *testing.T, want bool) {
	t.Helper()
	for _, name := range g.apps() {
		if app, err := g.app(t, name); err != nil || (app.DeletionTimestamp != nil) != want {
			t.Errorf("application %s: deleted %v, %v", name, app.DeletionTimestamp, err)
		}
	}
}

// noOrders fails if an agent has been told to end an Application of the grid.
func (g *grid) noOrders(t *testing.T) {
	t.Helper()
	var list fleetv1.TombstoneList
	if err := g.api.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	for _, tomb := range list.Items {
		if slices.Contains(g.apps(), tomb.Spec.Application.Name) {
			t.Errorf("there is an order for %s: %+v", tomb.Spec.Application.Name, tomb.Spec)
		}
	}
}
