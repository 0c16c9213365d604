package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// folders is a repository with n folders below apps.
func (r *running) folders(t *testing.T, name string, n int) *gitserver.Repo {
	t.Helper()
	files := fstest.MapFS{"README.md": {Data: []byte("x\n")}}
	for i := range n {
		files[fmt.Sprintf("apps/%02d/x.yaml", i)] = &fstest.MapFile{Data: []byte("a: b\n")}
	}
	repo, err := r.git.NewRepo(t.Context(), name, files)
	if err != nil {
		t.Fatal(err)
	}
	return repo
}

func (r *running) awaitSetHeld(t *testing.T, name string, count int) *v1alpha1.DeletionsHeld {
	t.Helper()
	var out *v1alpha1.DeletionsHeld
	eventually(t, func() error {
		set := &v1alpha1.ApplicationSet{}
		if err := r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: name}, set); err != nil {
			return err
		}
		c, err := r.setCondition(t, name, v1alpha1.ApplicationSetConditionDeletionsHeld)
		out = set.Status.DeletionsHeld
		switch {
		case err != nil:
			return err
		case out == nil || int(out.Count) != count || len(out.Victims) != count:
			return fmt.Errorf("set %s holds %+v, want %d", name, out, count)
		case c.Status != v1alpha1.ApplicationSetConditionStatusTrue || c.Reason != v1alpha1.ApplicationSetReasonShrinkGuard || !strings.Contains(c.Message, out.Digest):
			return fmt.Errorf("set %s: %+v", name, c)
		}
		return nil
	})
	return out
}

func (r *running) awaitSetNotHeld(t *testing.T, name string) {
	t.Helper()
	eventually(t, func() error {
		set := &v1alpha1.ApplicationSet{}
		if err := r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: name}, set); err != nil {
			return err
		}
		c, err := r.setCondition(t, name, v1alpha1.ApplicationSetConditionDeletionsHeld)
		if err != nil || c.Status != v1alpha1.ApplicationSetConditionStatusFalse || c.Reason != v1alpha1.ApplicationSetReasonWithinGuard || set.Status.DeletionsHeld != nil {
			return fmt.Errorf("set %s: %+v, %+v, %v", name, c, set.Status.DeletionsHeld, err)
		}
		for _, key := range []string{v1alpha1.AnnotationApproveDeletions, v1alpha1.AnnotationKeepWorkloads} {
			if set.Annotations[key] != "" {
				return fmt.Errorf("set %s still has %s", name, key)
			}
		}
		return nil
	})
}

func (r *running) sayOfSet(t *testing.T, set, annotation, digest string) {
	t.Helper()
	o := &v1alpha1.ApplicationSet{}
	o.Namespace, o.Name = r.namespace, set
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, annotation, digest)
	if err := r.Patch(t.Context(), o, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
}

// awaitMetric waits for a metric without labels.
func (r *running) awaitMetric(t *testing.T, name string, want float64) {
	t.Helper()
	eventually(t, func() error {
		families, err := r.opts.Registerer.(*prometheus.Registry).Gather()
		if err != nil {
			return err
		}
		for _, f := range families {
			if f.GetName() != name {
				continue
			}
			m := f.GetMetric()[0]
			if got := m.GetGauge().GetValue() + m.GetCounter().GetValue(); got != want {
				return fmt.Errorf("metric %s is %v, want %v", name, got, want)
			}
			return nil
		}
		return fmt.Errorf("no metric %s", name)
	})
}

// gitSet is a set over folders, delivered to cluster away.
func gitSet(name, url, annotations string) string {
	return strings.NewReplacer(
		"name: in-cluster", "name: away",
		"metadata: {name: "+name+"}", fmt.Sprintf("metadata: {name: %s, annotations: {%s}}", name, annotations),
	).Replace(directories(name, url, ""))
}

// An emptied directory, or a Git host that answers empty, is no order to delete.
func TestB17AnEmptiedDirectoryIsHeld(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	repo := r.folders(t, "dirs", 8)
	r.apply(t, gitSet("dirs", repo.URL(), ""))
	names := numbered("dirs", 0, 8)
	r.awaitRunning(t, names...)

	if _, err := repo.Delete(t.Context(), "empty", "apps"); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	first := r.awaitSetHeld(t, "dirs", 8)
	r.awaitMetric(t, "fairlead_set_deletion_holds", 1)
	r.awaitMetric(t, "fairlead_set_deletion_victims", 8)
	r.awaitEvent(t, v1alpha1.ApplicationSetKind, "dirs", string(v1alpha1.ApplicationSetConditionDeletionsHeld))
	r.awaitApps(t, names...)

	// A wrong digest releases nothing, and neither does a restart.
	r.sayOfSet(t, "dirs", v1alpha1.AnnotationApproveDeletions, "0123456789abcdef")
	r.stop()
	r.run(t)
	quietly()
	if again := r.awaitSetHeld(t, "dirs", 8); again.Digest != first.Digest || !again.Since.Equal(&first.Since) {
		t.Errorf("after a restart: %+v, want %+v", again, first)
	}
	r.awaitApps(t, names...)

	// What comes back is no longer held.
	files := map[string]string{}
	for i := range 8 {
		files[fmt.Sprintf("apps/%02d/x.yaml", i)] = "a: b\n"
	}
	if _, err := repo.Write(t.Context(), "back", files); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetNotHeld(t, "dirs")
	r.awaitMetric(t, "fairlead_set_deletion_victims", 0)

	// Approved by digest, exactly these go, once, through the second gate too.
	if _, err := repo.Delete(t.Context(), "empty again", "apps"); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.sayOfSet(t, "dirs", v1alpha1.AnnotationApproveDeletions, r.awaitSetHeld(t, "dirs", 8).Digest)
	for _, name := range names {
		r.awaitGone(t, name)
	}
	r.awaitOrders(t, 8)
	r.awaitSetNotHeld(t, "dirs")
}

func TestB3LossesCountOverTheWindowWhicheverWay(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	repo := r.folders(t, "dirs", 12)
	r.apply(t, gitSet("dirs", repo.URL(), ""))
	names := numbered("dirs", 0, 12)
	r.awaitRunning(t, names...)
	lose := func(folders ...string) {
		t.Helper()
		if _, err := repo.Delete(t.Context(), "lose", folders...); err != nil {
			t.Fatal(err)
		}
		r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	}
	lose("apps/00", "apps/01", "apps/02", "apps/03")
	for _, name := range names[:4] {
		r.awaitGone(t, name)
	}
	r.stop() // the window outlives the process
	r.run(t)
	lose("apps/04", "apps/05")
	r.awaitSetHeld(t, "dirs", 2)
	quietly()
	r.awaitApps(t, names[4:]...)
	r.awaitOrders(t, 4)

	// Kept: the objects go and nobody is told to delete anything.
	held := r.awaitSetHeld(t, "dirs", 2)
	r.sayOfSet(t, "dirs", v1alpha1.AnnotationKeepWorkloads, held.Digest)
	r.awaitGone(t, names[4])
	r.awaitGone(t, names[5])
	r.awaitSetNotHeld(t, "dirs")
	r.awaitOrders(t, 4)
}

func TestB15ALostBranchOrAForcePushPrunesNothing(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	repo := r.folders(t, "dirs", 8)
	r.apply(t, gitSet("dirs", repo.URL(), ""))
	names := numbered("dirs", 0, 8)
	r.awaitRunning(t, names...)
	if err := repo.DeleteBranch(t.Context(), "main"); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetError(t, "dirs", "main", "keeps what it has")
	r.awaitApps(t, names...)
	r.noOrders(t)
	// Another history with nothing of the old one.
	if _, err := repo.Write(t.Context(), "another history", map[string]string{"apps/99/x.yaml": "a: b\n"}); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetHeld(t, "dirs", 8)
	r.awaitApps(t, append(names, "dirs-99")...)
	r.noOrders(t)
}

func TestALostLabelAndARenamedClusterAreHeld(t *testing.T) {
	r := start(t)
	for i := range 6 {
		r.cluster(t, fmt.Sprintf("site-%d", i), map[string]string{"ai": "true"})
	}
	r.apply(t, `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: ai, annotations: {fairlead.dev/max-deletions: "0"}}
spec:
  generators:
  - clusters: {selector: {matchLabels: {ai: "true"}}}
  template:
    metadata: {name: 'ai-{{name}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: 'clusters/{{name}}'}
      destination: {name: '{{name}}', namespace: x}
`)
	r.awaitApps(t, "ai-site-0", "ai-site-1", "ai-site-2", "ai-site-3", "ai-site-4", "ai-site-5")
	// Renamed: it is there under the new name before the old one goes.
	time.Sleep(3 * time.Second) // what is made together is no other's new name
	r.cluster(t, "site-0-new", map[string]string{"ai": "true"})
	r.awaitApps(t, "ai-site-0-new")
	r.labelCluster(t, "site-0", `{"metadata":{"labels":{"ai":null}}}`)
	held := r.awaitSetHeld(t, "ai", 1)
	if v := held.Victims[0]; v.Name != "ai-site-0" || v.Cluster != "site-0" || v.RenamedTo != "site-0-new" {
		t.Errorf("%+v", v)
	}
	for i := 1; i < 6; i++ {
		r.labelCluster(t, fmt.Sprintf("site-%d", i), `{"metadata":{"labels":{"ai":null}}}`)
	}
	r.awaitSetHeld(t, "ai", 6)
	r.noOrders(t)
	// The limit is the set's own: what it allows from now on goes.
	for i := range 6 {
		r.labelCluster(t, fmt.Sprintf("site-%d", i), `{"metadata":{"labels":{"ai":"true"}}}`)
	}
	r.awaitSetNotHeld(t, "ai")
}
