package hub_test

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// An approval is handed on to the Tombstone, which the Application may not
// outlive; one that is older than the deletion approves nothing.
func TestAnApprovalOutlivesTheApplication(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	approved := func(at string) string {
		return fmt.Sprintf(", annotations: {%s: '%s'}", v1alpha1.AnnotationDeletionApproved, at)
	}
	words := map[string]string{"early": "2020-01-01T00:00:00Z", "meant": "2099-01-01T00:00:00Z"}
	for name, word := range words {
		r.apply(t, cascading(name, approved(word)))
	}
	r.awaitRunning(t, "early", "meant")
	for name := range words {
		app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: name}}
		if err := r.Delete(t.Context(), app); err != nil {
			t.Fatal(err)
		}
	}
	r.awaitGone(t, "early")
	r.awaitGone(t, "meant")
	got := map[string]string{}
	for _, tomb := range r.tombstones(t) {
		got[tomb.Spec.Application.Name] = tomb.Annotations[v1alpha1.AnnotationDeletionApproved]
	}
	if len(got) != 2 || got["early"] != "" || got["meant"] != words["meant"] {
		t.Errorf("approvals of the tombstones: %v", got)
	}
}
