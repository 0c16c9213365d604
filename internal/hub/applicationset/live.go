package applicationset

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// live reads the Applications that an outlook is compared with, read only: the
// set's own, and any other that has the name of a row.
func (r *Reconciler) live(ctx context.Context, set *v1alpha1.ApplicationSet, o outlook) ([]*v1alpha1.Application, error) {
	if o.partial() {
		return r.liveByName(ctx, set.Namespace, o.names)
	}
	owned, err := r.owned(ctx, set)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(owned))
	for _, app := range owned {
		known[app.Name] = true
	}
	var others []string
	for _, row := range o.rows {
		if !known[row.App.Name] {
			others = append(others, row.App.Name)
		}
	}
	found, err := r.liveByName(ctx, set.Namespace, others)
	return append(owned, found...), err
}

// owned are all the set's Applications, those included that the cache has not
// told of yet.
func (r *Reconciler) owned(ctx context.Context, set *v1alpha1.ApplicationSet) ([]*v1alpha1.Application, error) {
	var list v1alpha1.ApplicationList // of the cache's own objects: read only
	err := r.Client.List(ctx, &list, client.InNamespace(set.Namespace), client.MatchingFields{setIndex: set.Name}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("list applications of set %s/%s: %w", set.Namespace, set.Name, err)
	}
	out := make([]*v1alpha1.Application, 0, len(list.Items))
	known := make(map[string]bool, len(list.Items))
	for i := range list.Items {
		app := &list.Items[i]
		known[app.Name] = true
		out = append(out, r.echoes.newest(client.ObjectKeyFromObject(app), app))
	}
	for _, app := range r.echoes.of(set.Namespace) {
		if !known[app.Name] && metav1.IsControlledBy(app, set) {
			out = append(out, app)
		}
	}
	return out, nil
}

func (r *Reconciler) liveByName(ctx context.Context, namespace string, names []string) ([]*v1alpha1.Application, error) {
	var out []*v1alpha1.Application
	for _, name := range names {
		key := types.NamespacedName{Namespace: namespace, Name: name}
		cached := &v1alpha1.Application{}
		err := r.Client.Get(ctx, key, cached, &client.GetOptions{UnsafeDisableDeepCopy: new(true)})
		switch {
		case apierrors.IsNotFound(err):
			cached = nil
		case err != nil:
			return nil, fmt.Errorf("read application %s: %w", key, err)
		}
		if app := r.echoes.newest(key, cached); app != nil {
			out = append(out, app)
		}
	}
	return out, nil
}
