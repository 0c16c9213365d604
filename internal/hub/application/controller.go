package application

import (
	"context"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// Inventory answers where Applications can go.
type Inventory interface {
	Destinations(ctx context.Context) (*clusters.Destinations, error)
	// Changed says that the object of a cluster has changed: who is woken by
	// its event must not read the fleet as it was before.
	Changed(object client.Object)
}

// Revisions answers what the hub knows of the revisions that Applications ask
// for.
type Revisions interface {
	// Unresolved has a line for each source or value file of the Application
	// about which the last question failed.
	Unresolved(app *v1alpha1.Application) []string
	// AskFor asks now what the Applications' sources mean. With accept, a
	// version that was published anew is followed.
	AskFor(ctx context.Context, accept bool, apps ...*v1alpha1.Application)
}

// Reconciler brings one Application from written to delivered, and from
// deleted to gone.
type Reconciler struct {
	Client    client.Client
	Inventory Inventory
	Revisions Revisions
	Gate      *Gate
	Events    EventRecorder
	// Aside waits until a first status may be written; they come by the
	// thousand, with the Applications of a new set.
	Aside func(context.Context) (done func(), err error)
	// Namespace is the control namespace, where Clusters and Tombstones are.
	Namespace string
	Now       func() time.Time
}

// Reconcile reads, decides, and writes the status once at the end.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	app := &v1alpha1.Application{}
	if err := r.Client.Get(ctx, req.NamespacedName, app); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !app.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, r.finalize(ctx, app)
	}
	if err := r.ensureFinalizer(ctx, app); err != nil {
		return reconcile.Result{}, err
	}
	if err := r.refresh(ctx, app); err != nil {
		return reconcile.Result{}, err
	}
	facts, err := r.gather(ctx, app)
	if err != nil {
		return reconcile.Result{}, err
	}
	decision := Decide(app, facts)
	if decision.ReleaseAt != "" {
		cause := fmt.Sprintf("destination changed from cluster %s to %s", decision.ReleaseAt, decision.Cluster)
		if _, err := r.issue(ctx, app, decision.ReleaseAt, fleet.TombstoneRelease, cause); err != nil {
			return reconcile.Result{}, err
		}
	}
	return reconcile.Result{}, r.writeStatus(ctx, app, decision)
}

func (r *Reconciler) ensureFinalizer(ctx context.Context, app *v1alpha1.Application) error {
	if controllerutil.ContainsFinalizer(app, fleet.Finalizer) {
		return nil
	}
	before := app.DeepCopy()
	controllerutil.AddFinalizer(app, fleet.Finalizer)
	err := r.Client.Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if err != nil {
		return fmt.Errorf("add finalizer to application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}

func (r *Reconciler) gather(ctx context.Context, app *v1alpha1.Application) (Facts, error) {
	var f Facts
	destinations, err := r.Inventory.Destinations(ctx)
	if err != nil {
		return f, err
	}
	to, err := destinations.Resolve(app.Spec.Destination)
	if err != nil {
		f.DestinationError = err.Error()
	} else {
		f.Cluster = to.Name
		if f.Enrolled, err = r.enrolled(ctx, to.Name); err != nil {
			return f, err
		}
	}
	if err := r.permitted(ctx, app, to, &f); err != nil {
		return f, err
	}
	f.Unresolved = r.Revisions.Unresolved(app)
	f.Wanted, err = r.wanted(ctx, app)
	return f, err
}

func (r *Reconciler) enrolled(ctx context.Context, name string) (bool, error) {
	c := &fleet.Cluster{}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: r.Namespace, Name: name}, c)
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return err == nil && c.Status.Identity != "", err
}

// writeStatus patches the leader's share: the cluster, the conditions, and a
// first Unknown for clients that expect both states to be there. The lock keeps
// a stale read from putting Unknown over a report.
func (r *Reconciler) writeStatus(ctx context.Context, app *v1alpha1.Application, d Decision) error {
	before := app.DeepCopy()
	if app.Status.Delivery == nil {
		app.Status.Delivery = &v1alpha1.DeliveryStatus{}
	}
	if d.Cluster != "" && d.Cluster != app.Status.Delivery.Cluster {
		assign(&app.Status, d.Cluster)
	}
	if app.Status.Sync.Status == "" {
		app.Status.Sync.Status = v1alpha1.SyncStatusCodeUnknown
	}
	if app.Status.Health.Status == "" {
		app.Status.Health.Status = v1alpha1.HealthStatusUnknown
	}
	wanted := slices.Concat(d.Conditions, ofAgent(app))
	app.Status.Conditions = withTimes(wanted, before.Status.Conditions, metav1.NewTime(r.Now()))
	if equality.Semantic.DeepEqual(before.Status, app.Status) {
		return nil
	}
	if before.Status.Delivery == nil {
		done, err := r.Aside(ctx)
		if err != nil {
			return err
		}
		defer done()
	}
	err := r.Client.Status().Patch(ctx, app, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}

// assign records another cluster and drops what was said of the one before:
// from here on reconciledAt tells that the new cluster's agent has reported.
func assign(status *v1alpha1.ApplicationStatus, cluster string) {
	status.Delivery = &v1alpha1.DeliveryStatus{Cluster: cluster}
	status.Sync = v1alpha1.SyncStatus{Status: v1alpha1.SyncStatusCodeUnknown}
	status.Health = v1alpha1.AppHealthStatus{Status: v1alpha1.HealthStatusUnknown}
	status.Resources, status.ReconciledAt = nil, nil
}
