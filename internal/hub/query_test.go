package hub_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub"
)

// ask makes a query and waits for its end.
func (r *running) ask(t *testing.T, spec fleet.QuerySpec) *fleet.Query {
	t.Helper()
	q := &fleet.Query{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, GenerateName: "q-"}, Spec: spec}
	if err := r.Create(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Delete(context.Background(), q) })
	for deadline := time.Now().Add(patience); q.Status.Phase == ""; time.Sleep(50 * time.Millisecond) {
		if err := r.Get(t.Context(), client.ObjectKeyFromObject(q), q); err != nil {
			t.Fatal(err)
		}
		if time.Now().After(deadline) {
			t.Fatal("the query has not ended")
		}
	}
	return q
}

func TestAQueryThatNobodyCanAnswerSaysWhy(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "repo")
	r.cluster(t, "edge", nil)
	r.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web}
spec:
  project: default
  source: {repoURL: %s, targetRevision: main, path: apps/a}
  destination: {name: edge, namespace: web}
`, repo.URL()))
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if app, err := r.app(t, "web"); err == nil && app.Status.Delivery != nil && app.Status.Delivery.Cluster == "edge" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the application is not delivered")
		}
	}
	for _, c := range []struct {
		spec   fleet.QuerySpec
		reason fleet.QueryReason
		says   string
	}{
		{fleet.QuerySpec{Application: "nothing", Kind: fleet.QueryTree}, fleet.QueryNotFound, "application nothing: not found"},
		{fleet.QuerySpec{Application: "web", Kind: fleet.QueryDiff}, fleet.QueryNotConnected, "agent of cluster edge is not connected"},
	} {
		q := r.ask(t, c.spec)
		if q.Status.Phase != fleet.QueryFailed || q.Status.Reason != c.reason || !strings.Contains(q.Status.Error, c.says) {
			t.Errorf("%+v: %+v", c.spec, q.Status)
		}
		if q.Status.AnsweredAt == nil || q.Status.Expires == nil || q.Status.Expires.Sub(q.CreationTimestamp.Time) != 10*time.Minute {
			t.Errorf("%+v: ended at %v, expires at %v", c.spec, q.Status.AnsweredAt, q.Status.Expires)
		}
	}
}

func TestAQueryOfAnUnknownKindIsRefused(t *testing.T) {
	r := start(t)
	q := &fleet.Query{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, GenerateName: "q-"},
		Spec:       fleet.QuerySpec{Application: "web", Kind: "Logs"},
	}
	if err := r.Create(t.Context(), q); !apierrors.IsInvalid(err) {
		t.Errorf("got %v", err)
	}
}

func TestOldQueriesAreRemoved(t *testing.T) {
	ahead := make(chan struct{})
	r := start(t, func(o *hub.Options) {
		o.Now = func() time.Time {
			select {
			case <-ahead:
				return time.Now().Add(10 * time.Minute)
			default:
				return time.Now()
			}
		}
	})
	close(ahead)
	q := &fleet.Query{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, GenerateName: "q-"},
		Spec:       fleet.QuerySpec{Application: "web", Kind: fleet.QueryTree},
	}
	if err := r.Create(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		if err := r.Get(t.Context(), client.ObjectKeyFromObject(q), q); apierrors.IsNotFound(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the query is still there")
		}
	}
}
