package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// askedFor returns an Application at cluster edge, with or without a waiting
// operation.
func askedFor(op *v1alpha1.Operation) *v1alpha1.Application {
	return &v1alpha1.Application{
		ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "web"},
		Operation:  op,
		Status:     v1alpha1.ApplicationStatus{Delivery: &v1alpha1.DeliveryStatus{Cluster: "edge"}},
	}
}

func TestSyncLeavesAWaitingOperationAlone(t *testing.T) {
	waiting := &v1alpha1.Operation{
		Sync:        &v1alpha1.SyncOperation{Prune: true},
		InitiatedBy: v1alpha1.OperationInitiator{Username: "ann"},
	}
	edge := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "edge"}}
	c := fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(askedFor(waiting), edge).Build()
	key := client.ObjectKeyFromObject(askedFor(nil))

	err := syncOne(t.Context(), c, streams{out: io.Discard, err: io.Discard}, key, (&syncFlags{}).operation, true, 0)

	var exit *exitError
	if !errors.As(err, &exit) || exit.code != codeGuarded {
		t.Fatalf("error %v, want exit code %d", err, codeGuarded)
	}
	for _, part := range []string{"web", `"ann"`, "agent of cluster edge is not connected"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not say %s", err, part)
		}
	}
	app := &v1alpha1.Application{}
	if err := c.Get(t.Context(), key, app); err != nil {
		t.Fatal(err)
	}
	if app.Operation.InitiatedBy.Username != "ann" || !app.Operation.Sync.Prune || len(app.Operation.Info) > 0 {
		t.Errorf("the waiting operation became %+v", app.Operation)
	}
}

// meddledWith has one Application, which somebody else changes once between
// reading and patching it.
func meddledWith(meddle func(*v1alpha1.Application)) client.WithWatch {
	var once sync.Once
	patch := func(ctx context.Context, c client.WithWatch, o client.Object, patch client.Patch, opts ...client.PatchOption) error {
		var err error
		once.Do(func() {
			app := &v1alpha1.Application{}
			if err = c.Get(ctx, client.ObjectKeyFromObject(o), app); err == nil {
				meddle(app)
				err = c.Update(ctx, app)
			}
		})
		if err != nil {
			return err
		}
		return c.Patch(ctx, o, patch, opts...)
	}
	return fake.NewClientBuilder().WithScheme(newScheme()).WithObjects(askedFor(nil)).
		WithInterceptorFuncs(interceptor.Funcs{Patch: patch}).Build()
}

func TestSyncDoesNotOverwriteAnOperationThatComesBetween(t *testing.T) {
	c := meddledWith(func(app *v1alpha1.Application) {
		app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Prune: true}}
	})
	key := client.ObjectKeyFromObject(askedFor(nil))
	err := syncOne(t.Context(), c, streams{out: io.Discard, err: io.Discard}, key, (&syncFlags{}).operation, true, 0)
	if err == nil || !strings.Contains(err.Error(), "another operation waits") {
		t.Errorf("error %v", err)
	}
}

func TestSyncTriesAgainWhenSomethingElseChanges(t *testing.T) {
	c := meddledWith(func(app *v1alpha1.Application) {
		app.Labels = map[string]string{"team": "a"}
	})
	key := client.ObjectKeyFromObject(askedFor(nil))
	var said bytes.Buffer
	if err := syncOne(t.Context(), c, streams{err: &said}, key, (&syncFlags{prune: true}).operation, true, 0); err != nil {
		t.Fatal(err)
	}
	app := &v1alpha1.Application{}
	if err := c.Get(t.Context(), key, app); err != nil {
		t.Fatal(err)
	}
	if app.Operation == nil || !app.Operation.Sync.Prune || app.Labels["team"] != "a" {
		t.Errorf("operation %+v, labels %v", app.Operation, app.Labels)
	}
}

func TestEqualSyncRequestsDiffer(t *testing.T) {
	flags := &syncFlags{prune: true, revision: "v1"}
	a, err := flags.operation(askedFor(nil))
	if err != nil {
		t.Fatal(err)
	}
	b, err := flags.operation(askedFor(nil))
	if err != nil {
		t.Fatal(err)
	}
	if a.Info[0].Name != requestInfo || a.Info[0].Value == b.Info[0].Value {
		t.Errorf("infos %v and %v", a.Info[0], b.Info[0])
	}
}
