package desired

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// An Application whose deletion is held has no tombstone: it is delivered as
// before, and what is written to decide about it is no news to the agent.
func TestAHeldDeletionIsStillDelivered(t *testing.T) {
	x := newFleet()
	app := anApp("web", "1", "one", "one")
	x.SetApplication(app)
	expect(t, x, "one", 1, 0)
	before, err := x.Set("one")
	if err != nil {
		t.Fatal(err)
	}
	held := app.DeepCopy()
	held.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)}
	held.Status.Conditions = []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionDeletionHeld}}
	held.Annotations = map[string]string{
		v1alpha1.AnnotationDeletionCause: "1 within-guard", v1alpha1.AnnotationApproveDeletions: "a", v1alpha1.AnnotationKeepWorkloads: "b",
	}
	x.SetApplication(held)
	expect(t, x, "one", 1, 0)
	after, err := x.Set("one")
	if err != nil {
		t.Fatal(err)
	}
	if string(before.Bundles[0].GetDigest()) != string(after.Bundles[0].GetDigest()) {
		t.Error("the hold made another bundle")
	}
}
