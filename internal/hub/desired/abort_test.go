package desired

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
)

// An operation that somebody wants to end is named to the agent, while it runs.
func TestATerminatingOperationIsAborted(t *testing.T) {
	x := newFleet()
	app := anApp("web", "1", "one", "one")
	began := metav1.NewTime(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	for phase, want := range map[v1alpha1.OperationPhase]string{
		"": "", v1alpha1.OperationRunning: "", v1alpha1.OperationFailed: "", v1alpha1.OperationTerminating: "2026-03-01T12:00:00Z",
	} {
		now := app.DeepCopy()
		if phase != "" {
			now.Status.OperationState = &v1alpha1.OperationState{Phase: phase, StartedAt: began}
		}
		x.SetApplication(now)
		set, err := x.Set("one")
		if err != nil {
			t.Fatal(err)
		}
		b := set.Bundles[0]
		if b.AbortOperation != want || string(b.Digest) != string(delivery.BundleDigest(b)) {
			t.Errorf("phase %q: aborts %q, want %q", phase, b.AbortOperation, want)
		}
	}
}
