package live

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/event"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
	"github.com/fairlead/fairlead/internal/writers"
)

// Applications reads and writes those of sets. What it wrote it remembers until
// the cache tells of it.
type Applications struct {
	client  client.Client
	writers *writers.Writers
	echoes  *echoes
}

// New reads from c's cache and shares writers with all who write for the sets.
func New(c client.Client, w *writers.Writers, now func() time.Time) *Applications {
	return &Applications{client: c, writers: w, echoes: newEchoes(now)}
}

// Heard takes an event of the cache and is true if the hub caused it itself.
func (a *Applications) Heard(object client.Object) bool { return a.echoes.heard(object) }

// Ends is true for an update by which the hub itself deletes an Application.
func (a *Applications) Ends(update event.UpdateEvent) bool { return a.echoes.ends(update) }

// Gone forgets all of an object.
func (a *Applications) Gone(object client.Object) { a.echoes.gone(object) }

// All reads what all rows of a set are compared with, read only: the set's own
// Applications, and any other that has the name of a row.
func (a *Applications) All(ctx context.Context, set *v1alpha1.ApplicationSet, rows []plan.Row) ([]*v1alpha1.Application, error) {
	owned, err := a.owned(ctx, set)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(owned))
	for _, app := range owned {
		known[app.Name] = true
	}
	var others []string
	for _, row := range rows {
		if !known[row.App.Name] {
			others = append(others, row.App.Name)
		}
	}
	found, err := a.Named(ctx, set.Namespace, others)
	return append(owned, found...), err
}

// owned are all the set's Applications, those included that the cache has not
// told of yet.
func (a *Applications) owned(ctx context.Context, set *v1alpha1.ApplicationSet) ([]*v1alpha1.Application, error) {
	list, err := OfSet(ctx, a.client, set)
	if err != nil {
		return nil, err
	}
	out := make([]*v1alpha1.Application, 0, len(list))
	known := make(map[string]bool, len(list))
	for i := range list {
		app := &list[i]
		known[app.Name] = true
		out = append(out, a.echoes.newest(client.ObjectKeyFromObject(app), app))
	}
	for _, app := range a.echoes.of(set.Namespace) {
		if !known[app.Name] && metav1.IsControlledBy(app, set) {
			out = append(out, app)
		}
	}
	return out, nil
}

// Named reads, read only, those Applications of a namespace that are there.
func (a *Applications) Named(ctx context.Context, namespace string, names []string) ([]*v1alpha1.Application, error) {
	var out []*v1alpha1.Application
	for _, name := range names {
		key := types.NamespacedName{Namespace: namespace, Name: name}
		cached := &v1alpha1.Application{}
		err := a.client.Get(ctx, key, cached, &client.GetOptions{UnsafeDisableDeepCopy: new(true)})
		switch {
		case apierrors.IsNotFound(err):
			cached = nil
		case err != nil:
			return nil, fmt.Errorf("read application %s: %w", key, err)
		}
		if app := a.echoes.newest(key, cached); app != nil {
			out = append(out, app)
		}
	}
	return out, nil
}
