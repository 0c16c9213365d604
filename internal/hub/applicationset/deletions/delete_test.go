package deletions

import (
	"slices"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// Somebody saves an Application by taking its owner off, after it was judged:
// it is no longer what was judged.
func TestWhatChangedSinceItWasJudgedIsNotDeleted(t *testing.T) {
	for name, marked := range map[string]bool{"unmarked": false, "marked before": true} {
		t.Run(name, func(t *testing.T) {
			set := aSet("s")
			apps := many(set, 20)
			w := newWorld(t, set, apps...)
			is := w.app(t, apps[0].Name)
			ruling := Ruling{is.UID: v1alpha1.DeletionKept}
			if marked {
				patched := is.DeepCopy()
				if err := w.Client.Patch(t.Context(), patched, mark(is, v1alpha1.AnnotationKeepWorkloads, "x", nil)); err != nil {
					t.Fatal(err)
				}
				is = patched
			}
			saved := is.DeepCopy()
			saved.OwnerReferences = nil
			if err := w.Client.Update(t.Context(), saved); err != nil {
				t.Fatal(err)
			}
			if err := w.Delete(t.Context(), set, is, ruling); !apierrors.IsConflict(err) {
				t.Errorf("want a conflict, got %v", err)
			}
			if after := w.app(t, is.Name); !after.DeletionTimestamp.IsZero() {
				t.Error("it is deleted though it is nobody's")
			}
		})
	}
}

// A row leaves in the edit that makes the set preserve: no update has taken the
// finalizer off, and its workloads stay all the same.
func TestWhatASetPreservesGoesWithoutItsResources(t *testing.T) {
	set := aSet("s")
	apps := many(set, 20)
	for _, app := range apps {
		app.Finalizers = []string{"fairlead.dev/delivery", v1alpha1.ResourcesFinalizerName, "example.com/mine"}
	}
	w := newWorld(t, set, apps...)
	set.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{PreserveResourcesOnDeletion: true}
	is := w.app(t, apps[0].Name)
	if err := w.Delete(t.Context(), set, is, Ruling{is.UID: v1alpha1.DeletionWithinGuard}); err != nil {
		t.Fatal(err)
	}
	after := w.app(t, is.Name)
	if want := []string{"fairlead.dev/delivery", "example.com/mine"}; after.DeletionTimestamp.IsZero() || !slices.Equal(after.Finalizers, want) {
		t.Errorf("deleted %v, finalizers %q", after.DeletionTimestamp, after.Finalizers)
	}
}

// While a slow expansion ran, somebody forbade deleting: the plan is of a spec
// that is no longer there.
func TestAPlanOfAnOldSpecIsNotCarriedOut(t *testing.T) {
	set := aSet("s")
	apps := many(set, 20)
	w := newWorld(t, set, apps...)
	old := w.set(t, "set")
	is := old.DeepCopy()
	is.Generation++
	policy := v1alpha1.ApplicationsSyncPolicyCreateOnly
	is.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &policy}
	if err := w.Client.Update(t.Context(), is); err != nil {
		t.Fatal(err)
	}
	todo := plan.Plan{Delete: slices.Clone(apps[:4])}
	if _, err := w.Judge(t.Context(), old, &todo, Look{}); !apierrors.IsConflict(err) {
		t.Errorf("want a conflict, got %v", err)
	}
	if len(todo.Delete) > 0 {
		t.Errorf("%d of an old plan would go", len(todo.Delete))
	}
	if err := client.IgnoreNotFound(w.Client.Get(t.Context(), client.ObjectKeyFromObject(apps[0]), apps[0])); err != nil {
		t.Error(err)
	}
}
