package application

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestApplicationsAreFoundByTheirCluster(t *testing.T) {
	at := func(server string) func(*v1alpha1.Application) {
		return func(app *v1alpha1.Application) {
			app.Spec.Destination = v1alpha1.ApplicationDestination{Server: server}
		}
	}
	for name, tc := range map[string]struct {
		app  *v1alpha1.Application
		want []string
	}{
		"aimed by name":           {anApplication(), []string{"name one"}},
		"delivered where aimed":   {anApplication(deliveredAt("one")), []string{"name one"}},
		"delivered elsewhere":     {anApplication(deliveredAt("two")), []string{"name two", "name one"}},
		"aimed by server":         {anApplication(at("https://x")), []string{"server https://x"}},
		"both":                    {anApplication(at("https://x"), deliveredAt("one")), []string{"name one", "server https://x"}},
		"no destination whatever": {anApplication(at("")), nil},
	} {
		if diff := cmp.Diff(tc.want, clusterKeys(tc.app)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWhatOfAnApplicationWakesTombstones(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*v1alpha1.Application)
		want bool
	}{
		"deletion":             {func(a *v1alpha1.Application) { a.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }, true},
		"another UID":          {func(a *v1alpha1.Application) { a.UID = "uid-2" }, true},
		"another destination":  {func(a *v1alpha1.Application) { a.Spec.Destination.Name = "two" }, true},
		"another cluster":      {deliveredAt("two"), true},
		"the first report":     {func(a *v1alpha1.Application) { a.Status.ReconciledAt = nil }, true},
		"a condition":          {func(a *v1alpha1.Application) { a.Status.Conditions = []v1alpha1.ApplicationCondition{{Type: "A"}} }, true},
		"another source":       {func(a *v1alpha1.Application) { a.Spec.Source = nil }, false},
		"a report: sync":       {func(a *v1alpha1.Application) { a.Status.Sync.Status = v1alpha1.SyncStatusCodeSynced }, false},
		"a report: reconciled": {func(a *v1alpha1.Application) { a.Status.ReconciledAt = &metav1.Time{Time: time.Unix(2, 0)} }, false},
	} {
		was := anApplication(deliveredAt("one"), func(a *v1alpha1.Application) { a.Status.ReconciledAt = &metav1.Time{Time: time.Unix(1, 0)} })
		is := was.DeepCopy()
		tc.edit(is)
		if got := tombstoneCares(event.UpdateEvent{ObjectOld: was, ObjectNew: is}); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
}
