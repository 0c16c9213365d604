package applicationset

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// preserveResourcesOnDeletion counts from the moment that it is written, even
// if the set ends before its Applications were updated, or may not update them.
func TestASetThatPreservesEndsWithoutItsResources(t *testing.T) {
	for _, policy := range []v1alpha1.ApplicationsSyncPolicy{v1alpha1.ApplicationsSyncPolicySync, v1alpha1.ApplicationsSyncPolicyCreateDelete} {
		t.Run(string(policy), func(t *testing.T) {
			set := listSet(t, 3)
			set.Spec.Template.Finalizers = []string{v1alpha1.ResourcesFinalizerName}
			set.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &policy}
			w := newWorld(t, set)
			w.see(t, "list")
			if app := w.app(t, "row-0"); !app.CascadedDeletion() {
				t.Fatalf("finalizers %q", app.Finalizers)
			}
			is := w.set(t, "list")
			is.Spec.SyncPolicy.PreserveResourcesOnDeletion = true
			is.Generation++
			if err := w.Client.Update(t.Context(), is); err != nil {
				t.Fatal(err)
			}
			if err := w.Client.Delete(t.Context(), w.set(t, "list")); err != nil {
				t.Fatal(err)
			}
			w.see(t, "list")
			for i := range 3 {
				if app := w.app(t, fmt.Sprintf("row-%d", i)); app.CascadedDeletion() || len(app.OwnerReferences) == 0 {
					t.Errorf("%s: finalizers %q, %d owners", app.Name, app.Finalizers, len(app.OwnerReferences))
				}
			}
		})
	}
}

// fullLedger takes no more records.
type fullLedger struct{}

func (fullLedger) SetDeleted(context.Context, *v1alpha1.ApplicationSet) error {
	return errors.New("configmap fairlead-deletions: not JSON")
}

func TestASetThatCannotEndSaysWhy(t *testing.T) {
	w := newWorld(t, listSet(t, 3))
	w.Ledger = fullLedger{}
	w.see(t, "list")
	if err := w.Client.Delete(t.Context(), w.set(t, "list")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Reconcile(t.Context(), reconcile.Request{NamespacedName: key("list")}); err == nil {
		t.Error("it is not tried again")
	}
	for _, c := range w.set(t, "list").Status.Conditions {
		if c.Type == v1alpha1.ApplicationSetConditionErrorOccurred && c.Status == "True" && strings.Contains(c.Message, "fairlead-deletions") {
			return
		}
	}
	t.Errorf("conditions %+v", w.set(t, "list").Status.Conditions)
}
