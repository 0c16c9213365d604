package hub_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// directories is a set over the directories of a repository.
func directories(name, url, policy string) string {
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: %[1]s}
spec:
  %[3]s
  generators:
  - git: {repoURL: %[2]s, revision: main, directories: [{path: apps/*}]}
  template:
    metadata: {name: '%[1]s-{{path.basename}}'}
    spec:
      project: default
      source: {repoURL: %[2]s, targetRevision: main, path: '{{path}}'}
      destination: {name: in-cluster, namespace: x}
`, name, url, policy)
}

func TestAFailedGeneratorLeavesEverythingAsItIs(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "dirs")
	r.apply(t, directories("dirs", repo.URL(), ""))
	r.awaitApps(t, "dirs-a", "dirs-b")

	if err := r.git.Down(); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitSetError(t, "dirs", r.git.URL("dirs"), "keeps what it has")
	time.Sleep(time.Second)
	r.awaitApps(t, "dirs-a", "dirs-b")

	if err := r.git.Resume(); err != nil {
		t.Fatal(err)
	}
	if _, err := repo.Delete(t.Context(), "drop b", "apps/b"); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitGone(t, "dirs-b")
	r.awaitApps(t, "dirs-a")
	eventually(t, func() error {
		c, err := r.setCondition(t, "dirs", v1alpha1.ApplicationSetConditionErrorOccurred)
		if err == nil && c.Status != v1alpha1.ApplicationSetConditionStatusFalse {
			err = fmt.Errorf("%+v", c)
		}
		return err
	})
}

func (r *running) annotate(t *testing.T, set, annotation string) {
	t.Helper()
	o := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: set}}
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:"true"}}}`, annotation)
	if err := r.Patch(t.Context(), o, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
}

func TestOneBadSetDoesNotStopTheOthers(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "dirs")
	// The schema leaves generator templates open: this one does not decode.
	bad := strings.Replace(directories("bad", repo.URL(), ""), "directories: [{path: apps/*}]", "directories: [{path: apps/*}], template: {spec: 7}", 1)
	r.apply(t, bad)
	r.awaitSetError(t, "bad", "template")
	r.apply(t, directories("good", repo.URL(), ""))
	r.awaitApps(t, "good-a", "good-b")
}

func TestARowThatDoesNotRenderKeepsItsApplication(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", map[string]string{"here": "true", "env": "a"})
	r.cluster(t, "two", map[string]string{"here": "true", "env": "b"})
	r.apply(t, `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: rows}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - clusters: {selector: {matchLabels: {here: "true"}}}
  template:
    metadata: {name: 'rows-{{.name}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: '{{.metadata.labels.env}}'}
      destination: {name: '{{.name}}', namespace: x}
`)
	r.awaitApps(t, "rows-one", "rows-two")
	r.labelCluster(t, "two", `{"metadata":{"labels":{"env":null}}}`)
	r.awaitSetError(t, "rows", "two", "env", "rows-two")
	r.awaitApps(t, "rows-one", "rows-two")
	// A row that leaves meanwhile goes: it derives from another cluster.
	r.labelCluster(t, "one", `{"metadata":{"labels":{"here":null}}}`)
	r.awaitGone(t, "rows-one")
	r.awaitApps(t, "rows-two")
	r.labelCluster(t, "two", `{"metadata":{"labels":{"env":"c"}}}`)
	eventually(t, func() error {
		app, err := r.app(t, "rows-two")
		if err == nil && app.Spec.Source.Path != "c" {
			err = fmt.Errorf("path %s", app.Spec.Source.Path)
		}
		return err
	})
}

func (r *running) labelCluster(t *testing.T, name, patch string) {
	t.Helper()
	c := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name}}
	if err := r.Patch(t.Context(), c, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
}

func TestRowsAreBroughtBackAndOthersFieldsKept(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "dirs")
	r.apply(t, directories("dirs", repo.URL(), ""))
	r.awaitApps(t, "dirs-a", "dirs-b")
	app, err := r.app(t, "dirs-a")
	if err != nil {
		t.Fatal(err)
	}
	patch := `{"metadata":{"annotations":{"fairlead.dev/mine":"1","theirs":"1"}},"spec":{"source":{"path":"elsewhere"}}}`
	if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		app, err := r.app(t, "dirs-a")
		if err != nil {
			return err
		}
		if app.Spec.Source.Path != "apps/a" || app.Annotations["theirs"] != "" || app.Annotations["fairlead.dev/mine"] != "1" {
			return fmt.Errorf("path %s, annotations %v", app.Spec.Source.Path, app.Annotations)
		}
		return nil
	})
	uid := app.UID
	if err := r.Delete(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		app, err := r.app(t, "dirs-a")
		if err == nil && app.UID == uid {
			err = fmt.Errorf("the deleted application is still there")
		}
		return err
	})
}

func TestDeletingASet(t *testing.T) {
	for policy, stays := range map[string]bool{
		"": false,
		"syncPolicy: {applicationsSync: create-update}": true,
	} {
		t.Run(fmt.Sprintf("stays=%t", stays), func(t *testing.T) {
			r := start(t)
			repo := r.repository(t, "dirs")
			r.apply(t, directories("dirs", repo.URL(), policy))
			r.awaitApps(t, "dirs-a", "dirs-b")
			set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "dirs"}}
			if err := r.Delete(t.Context(), set); err != nil {
				t.Fatal(err)
			}
			eventually(t, func() error {
				err := r.Get(t.Context(), client.ObjectKeyFromObject(set), &v1alpha1.ApplicationSet{})
				if apierrors.IsNotFound(err) {
					return nil
				}
				return fmt.Errorf("the set is still there: %w", err)
			})
			if !stays {
				r.awaitGone(t, "dirs-a")
				r.awaitGone(t, "dirs-b")
				return
			}
			time.Sleep(time.Second)
			app, err := r.app(t, "dirs-a")
			if err != nil || len(app.OwnerReferences) > 0 || !app.DeletionTimestamp.IsZero() {
				t.Errorf("the row should stay, owned by nobody: %v, %v", app.OwnerReferences, err)
			}
		})
	}
}

func TestTheHubAsksGitOncePerRevisionAndAtOnceWhenTold(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "pins")
	for i := range 3 {
		r.apply(t, directories(fmt.Sprintf("set%d", i), repo.URL(), ""))
	}
	for i := range 10 {
		r.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: single-%d}
spec:
  project: default
  source: {repoURL: %s, targetRevision: main, path: apps/a}
  destination: {name: in-cluster, namespace: x}
`, i, repo.URL()))
	}
	first, err := repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	single := fleet.RevisionPinName(fleet.PinnedRevision{RepoURL: repo.URL(), TargetRevision: "main"})
	for _, name := range []string{fleet.SetPinName("set0"), fleet.SetPinName("set1"), fleet.SetPinName("set2"), single} {
		r.awaitPin(t, name, first)
	}
	// 13 owners and 16 applications share one question; a set's first
	// expansion may ask before anybody follows the revision.
	if n := r.git.Counts().LsRemote; n > 8 {
		t.Errorf("git was asked %d times", n)
	}

	second, err := repo.Write(t.Context(), "more", map[string]string{"apps/a/y.yaml": "c: d\n"})
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(500 * time.Millisecond)
	r.awaitPin(t, single, first) // nobody asked
	app, err := r.app(t, "single-3")
	if err != nil {
		t.Fatal(err)
	}
	generation := app.Generation
	if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(`{"metadata":{"annotations":{"argocd.argoproj.io/refresh":"normal"}}}`))); err != nil {
		t.Fatal(err)
	}
	r.awaitPin(t, single, second)
	r.awaitPin(t, fleet.SetPinName("set2"), second)
	eventually(t, func() error {
		app, err := r.app(t, "single-3")
		if err == nil && app.Annotations[v1alpha1.AnnotationKeyRefresh] != "" {
			err = fmt.Errorf("the annotation is still there")
		}
		if err == nil && app.Generation != generation {
			err = fmt.Errorf("the pin touched the spec")
		}
		return err
	})

	// The last follower gone, the pin goes too.
	for i := range 10 {
		app, err := r.app(t, fmt.Sprintf("single-%d", i))
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Delete(t.Context(), app); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func() error {
		err := r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: single}, &fleet.Pin{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("pin %s is still there: %w", single, err)
	})
}

func (r *running) awaitPin(t *testing.T, name, commit string) {
	t.Helper()
	eventually(t, func() error {
		p := &fleet.Pin{}
		if err := r.Get(t.Context(), client.ObjectKey{Namespace: r.namespace, Name: name}, p); err != nil {
			return err
		}
		if len(p.Spec.Cohorts) != 1 || len(p.Spec.Cohorts[0].Revisions) != 1 || p.Spec.Cohorts[0].Revisions[0].Revision != commit {
			return fmt.Errorf("pin %s: %+v, want %s", name, p.Spec, commit)
		}
		return nil
	})
}

// What is not connected gets its order later: the tombstone outlives the
// Application and a restart of the hub, and goes when the cluster leaves or
// the Application comes back.
func TestTombstonesOutliveTheApplication(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	app := func(name, finalizer, destination string) string {
		return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, finalizers: [%s]}
spec:
  project: default
  source: {repoURL: https://git.invalid/a.git, path: a}
  destination: {name: %s, namespace: x}
`, name, finalizer, destination)
	}
	r.apply(t, app("deleted", v1alpha1.ResourcesFinalizerName, "away"))
	r.apply(t, app("released", "", "away"))
	r.apply(t, app("moved", v1alpha1.ResourcesFinalizerName, "away"))
	r.apply(t, app("back", v1alpha1.ResourcesFinalizerName, "away"))
	for _, name := range []string{"deleted", "released", "moved", "back"} {
		eventually(t, func() error {
			a, err := r.app(t, name)
			if err == nil && (a.Status.Delivery == nil || a.Status.Delivery.Cluster != "away") {
				err = fmt.Errorf("%s is not assigned: %+v", name, a.Status)
			}
			return err
		})
	}
	r.apply(t, app("moved", v1alpha1.ResourcesFinalizerName, "in-cluster"))
	for _, name := range []string{"deleted", "released", "back"} {
		a, err := r.app(t, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Delete(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		r.awaitGone(t, name)
	}
	want := map[string]fleet.TombstoneAction{
		"deleted": fleet.TombstoneDelete, "released": fleet.TombstoneRelease, "moved": fleet.TombstoneRelease, "back": fleet.TombstoneDelete,
	}
	r.awaitTombstones(t, "away", want)

	r.stop()
	r.run(t)
	r.apply(t, app("back", v1alpha1.ResourcesFinalizerName, "away"))
	r.awaitDelivered(t, "back", "away")
	r.reported(t, "back")
	delete(want, "back")
	r.awaitTombstones(t, "away", want)

	if err := r.Client.Delete(context.Background(), &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "away"}}); err != nil {
		t.Fatal(err)
	}
	r.awaitTombstones(t, "away", nil)
	back, err := r.app(t, "back")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Delete(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	r.awaitGone(t, "back") // its cluster has left: nobody to tell
}

func (r *running) awaitTombstones(t *testing.T, cluster string, want map[string]fleet.TombstoneAction) {
	t.Helper()
	eventually(t, func() error {
		var list fleet.TombstoneList
		if err := r.List(t.Context(), &list, client.InNamespace(r.namespace)); err != nil {
			return err
		}
		found := 0
		for _, tomb := range list.Items {
			if tomb.Spec.Cluster != cluster {
				continue
			}
			if want[tomb.Spec.Application.Name] != tomb.Spec.Action || tomb.Spec.Cause == "" {
				return fmt.Errorf("tombstone %s: %+v", tomb.Name, tomb.Spec)
			}
			found++
		}
		if found != len(want) {
			return fmt.Errorf("%d tombstones at %s, want %v", found, cluster, want)
		}
		return nil
	})
}
