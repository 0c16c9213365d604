package applicationset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
)

// maxResources bounds status.resources: ten thousand rows exceed what etcd
// takes. status.resourcesCount counts them all.
const maxResources = 1000

// Resources writes a set's status.resources. It is a loop of its own because
// it runs whenever an Application's state changes and needs no expansion.
type Resources struct {
	Client client.Client
	Now    func() time.Time

	mu   sync.Mutex
	next map[types.NamespacedName]time.Time // when a set may be written again
}

// perRow is how long a set is left alone after a write, for each row written:
// a long list is costly, and while a large set is first made it changes all
// the time.
const perRow = 10 * time.Millisecond

// pause is how long a set is still to be left alone.
func (r *Resources) pause(set types.NamespacedName) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	left := r.next[set].Sub(r.Now())
	if left <= 0 {
		delete(r.next, set)
	}
	return left
}

// wrote begins a pause.
func (r *Resources) wrote(set types.NamespacedName, rows int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = map[types.NamespacedName]time.Time{}
	}
	r.next[set] = r.Now().Add(time.Duration(rows) * perRow)
}

// Reconcile lists the set's Applications, worst first.
func (r *Resources) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	if left := r.pause(req.NamespacedName); left > 0 {
		return reconcile.Result{RequeueAfter: left}, nil
	}
	set, err := getSet(ctx, r.Client, req.NamespacedName)
	var bad *undecodable
	if errors.As(err, &bad) {
		set, err = bad.set, nil
	}
	if err != nil || !set.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	apps, err := live.OfSet(ctx, r.Client, set)
	if err != nil {
		return reconcile.Result{}, err
	}
	before := set.DeepCopy()
	set.Status.Resources = resourcesOf(apps)
	set.Status.ResourcesCount = int64(len(apps))
	if equality.Semantic.DeepEqual(before.Status, set.Status) {
		return reconcile.Result{}, nil
	}
	r.wrote(req.NamespacedName, len(set.Status.Resources))
	if err := r.Client.Status().Patch(ctx, set, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, fmt.Errorf("write resources of applicationset %s: %w", req.NamespacedName, err)
	}
	return reconcile.Result{}, nil
}

func resourcesOf(apps []v1alpha1.Application) []v1alpha1.ResourceStatus {
	out := make([]v1alpha1.ResourceStatus, 0, len(apps))
	for i := range apps {
		app := &apps[i]
		out = append(out, v1alpha1.ResourceStatus{
			Group: v1alpha1.Group, Version: v1alpha1.SchemeGroupVersion.Version, Kind: v1alpha1.ApplicationKind,
			Namespace: app.Namespace, Name: app.Name,
			Status: app.Status.Sync.Status,
			Health: &v1alpha1.HealthStatus{Status: app.Status.Health.Status},
		})
	}
	slices.SortFunc(out, func(a, b v1alpha1.ResourceStatus) int {
		return cmp.Or(cmp.Compare(badness(b), badness(a)), cmp.Compare(a.Name, b.Name))
	})
	return out[:min(len(out), maxResources)]
}

// badness orders what needs attention first.
func badness(r v1alpha1.ResourceStatus) int {
	switch {
	case r.Health.Status == v1alpha1.HealthStatusDegraded:
		return 4
	case r.Health.Status == v1alpha1.HealthStatusMissing, r.Health.Status == v1alpha1.HealthStatusUnknown:
		return 3
	case r.Status != v1alpha1.SyncStatusCodeSynced:
		return 2
	case r.Health.Status != v1alpha1.HealthStatusHealthy:
		return 1
	default:
		return 0
	}
}
