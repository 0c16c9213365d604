package application

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestALedgerInTroubleHoldsNothingThatIsExcused(t *testing.T) {
	for cause, want := range map[v1alpha1.DeletionCause]fleet.TombstoneAction{
		v1alpha1.DeletionApproved:          fleet.TombstoneDelete,
		v1alpha1.DeletionPullRequestClosed: fleet.TombstoneDelete,
		v1alpha1.DeletionWithinGuard:       "",
	} {
		t.Run(string(cause), func(t *testing.T) {
			app := anApplication(deliveredAt("one"), causedBy(cause), deleted, func(a *v1alpha1.Application) {
				a.Finalizers = []string{v1alpha1.ResourcesFinalizerName, fleet.Finalizer}
			})
			o := newOffice(t, app)
			broken := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: LedgerConfigMap}, Data: map[string]string{ledgerKey: "{"}}
			if err := o.core.Tracker().Add(broken); err != nil {
				t.Fatal(err)
			}
			o.wake(t, app, 1)
			if err := o.Gate.judge(t.Context()); (err == nil) != (want != "") {
				t.Errorf("judged: %v", err)
			}
			is := o.wake(t, app, 1)
			if got := o.orderAt(t, "one", app); got != want || isHeld(is) != (want == "") {
				t.Errorf("order %q, want %q; conditions %v", got, want, is.Status.Conditions)
			}
		})
	}
}

func TestANamespaceThatIsGoneStopsNoOther(t *testing.T) {
	app, last := ending(), ending(inTeam, func(a *v1alpha1.Application) { a.UID = "uid-2" })
	o := newOffice(t, app, last)
	o.wake(t, app, 1)
	o.wake(t, last, 1)
	if err := o.Gate.judge(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.wake(t, app, 1)
	if got := o.orderAt(t, "one", app); got != fleet.TombstoneDelete {
		t.Errorf("order %q", got)
	}
}
