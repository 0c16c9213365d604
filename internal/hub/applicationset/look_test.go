package applicationset

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
)

// listSet has n rows, row-0 and so on.
func listSet(t *testing.T, n int) *v1alpha1.ApplicationSet {
	t.Helper()
	elements := make([]string, n)
	for i := range elements {
		elements[i] = fmt.Sprintf("{name: row-%d}", i)
	}
	set := aSet(t, "list", "[{list: {elements: ["+strings.Join(elements, ", ")+"]}}]")
	set.Spec.Template.Name = "{{name}}"
	set.Spec.Template.Spec.Project = "default"
	set.Spec.Template.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "."}
	set.Spec.Template.Spec.Destination.Name = "away"
	return set
}

func TestATouchedApplicationCostsNoListOfTheSet(t *testing.T) {
	w := newWorld(t, listSet(t, 40))
	w.see(t, "list")
	app := w.app(t, "row-7")
	app.Spec.Project = "other"
	if err := w.Client.Update(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	w.hear() // all that was written
	w.tracker.Touch(key("list"), "row-7")
	w.see(t, "list")
	if got := w.app(t, "row-7").Spec.Project; got != "default" {
		t.Errorf("project %q", got)
	}
	if n := w.listed(t, "list"); n != 0 || w.expansions(t) != 1 {
		t.Errorf("%d rows were listed, %d expansions", n, w.expansions(t))
	}
	w.tracker.Note(key("list"), func(c *wake.Cause) { c.Every = true })
	w.see(t, "list")
	if n := w.listed(t, "list"); n != 40 {
		t.Errorf("%d rows were listed for all", n)
	}
}

func TestARowWhoseNameAnotherHasWaitsAlone(t *testing.T) {
	other := anApplication("row-7")
	owner := metav1.OwnerReference{APIVersion: "argoproj.io/v1alpha1", Kind: "ApplicationSet", Name: "else", UID: "else", Controller: new(true)}
	other.OwnerReferences, other.Finalizers = []metav1.OwnerReference{owner}, nil
	w := newWorld(t, listSet(t, 40), other)
	for range 4 {
		if out := w.see(t, "list"); out.RequeueAfter != retry {
			t.Errorf("again in %s", out.RequeueAfter)
		}
		if !strings.Contains(fmt.Sprint(w.set(t, "list").Status.Conditions), "belongs to another owner") {
			t.Errorf("conditions %+v", w.set(t, "list").Status.Conditions)
		}
	}
	if w.expansions(t) != 1 || w.listed(t, "list") != 0 {
		t.Errorf("%d expansions, %d rows listed", w.expansions(t), w.listed(t, "list"))
	}
	// Once the set is due, everything is asked and expanded, as without it.
	w.now = func() time.Time { return time.Now().Add(24 * time.Hour) }
	if w.see(t, "list"); w.expansions(t) != 2 {
		t.Errorf("%d expansions when the set was due", w.expansions(t))
	}
	w.see(t, "list")
	if w.expansions(t) != 2 || w.listed(t, "list") != 0 {
		t.Errorf("%d expansions after that", w.expansions(t))
	}
	if err := w.Client.Delete(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if out := w.see(t, "list"); out.RequeueAfter <= retry || !metav1.IsControlledBy(w.app(t, "row-7"), w.set(t, "list")) {
		t.Errorf("the other has gone: again in %s", out.RequeueAfter)
	}
}

// A cache that has not told of the Applications yet must not leave them to
// garbage collection.
func TestADeletedSetReleasesWhatTheCacheLacks(t *testing.T) {
	policy := v1alpha1.ApplicationsSyncPolicyCreateOnly
	set := listSet(t, 30)
	set.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &policy}
	other := anApplication("other")
	other.OwnerReferences = []metav1.OwnerReference{{APIVersion: "v1", Kind: "ConfigMap", Name: "o", UID: "o"}}
	w := newWorld(t, set, other)
	w.see(t, "list")
	w.Client = interceptor.NewClient(w.Client.(client.WithWatch), interceptor.Funcs{
		List: func(context.Context, client.WithWatch, client.ObjectList, ...client.ListOption) error { return nil },
	})
	w.hear()
	if err := w.Client.Delete(t.Context(), w.set(t, "list")); err != nil {
		t.Fatal(err)
	}
	w.see(t, "list")
	for i := range 30 {
		if app := w.app(t, fmt.Sprintf("row-%d", i)); len(app.OwnerReferences) != 0 || len(app.Spec.Destination.Name) == 0 {
			t.Errorf("%s: %+v", app.Name, app.OwnerReferences)
		}
	}
	if app := w.app(t, "other"); len(app.OwnerReferences) != 1 {
		t.Errorf("another's: %+v", app.OwnerReferences)
	}
}
