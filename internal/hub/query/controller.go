package query

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

const (
	// Lifetime of a query.
	Lifetime = 10 * time.Minute
	// atOnce bounds the questions that one replica has open.
	atOnce = 32
	// defaultTimeout of a query that names none.
	defaultTimeout = time.Minute
	// patience is how long a query waits for an agent that is not connected:
	// one that comes back after a restart takes a moment.
	patience = 3 * time.Second
	// lookAgain is when a query of another replica's is looked at again.
	lookAgain = time.Second
)

// Sessions are the agents connected to this replica.
type Sessions interface {
	Connected(cluster string) bool
	// Ask an agent and wait. Its errors are *delivery.QueryError.
	Ask(ctx context.Context, cluster string, question *deliveryv1.Query) (answer []byte, err error)
}

// Revisions know what a revision means now.
type Revisions interface {
	// Current asks the repository for the commit.
	Current(ctx context.Context, repoURL, revision string) (commit string, err error)
}

// Controller answers Queries.
type Controller struct {
	Client client.Client
	// Live reads past the cache.
	Live      client.Reader
	Sessions  Sessions
	Revisions Revisions
	// Namespace of the Clusters.
	Namespace string
	// Leads is closed once this replica is the leader.
	Leads <-chan struct{}
	Now   func() time.Time
}

// Setup adds the loop to the manager.
func Setup(m ctrl.Manager, c *Controller) error {
	return ctrl.NewControllerManagedBy(m).Named("query").
		For(&fleet.Query{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		WithOptions(controller.Options{NeedLeaderElection: ptr.To(false), MaxConcurrentReconciles: atOnce}).
		Complete(c)
}

func (c *Controller) leads() bool {
	select {
	case <-c.Leads:
		return true
	default:
		return false
	}
}

// Reconcile brings one query to its end.
func (c *Controller) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	q := &fleet.Query{}
	if err := c.Client.Get(ctx, request.NamespacedName, q); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	age := c.Now().Sub(q.CreationTimestamp.Time)
	switch {
	case q.DeletionTimestamp != nil:
		return ctrl.Result{}, nil
	case age >= Lifetime && c.leads():
		return ctrl.Result{}, client.IgnoreNotFound(c.Client.Delete(ctx, q))
	case age >= Lifetime, q.Status.Phase != "":
		return ctrl.Result{RequeueAfter: max(Lifetime-age, time.Second) + time.Second}, nil
	}
	end, err := c.answer(ctx, q, age)
	if err != nil || end == nil {
		return ctrl.Result{RequeueAfter: lookAgain}, err
	}
	err = c.write(ctx, q, *end)
	if apierrors.IsConflict(err) { // somebody wrote it: perhaps an answer
		return ctrl.Result{RequeueAfter: lookAgain}, nil
	}
	return ctrl.Result{RequeueAfter: Lifetime - age}, client.IgnoreNotFound(err)
}

// write how the query ended.
func (c *Controller) write(ctx context.Context, q *fleet.Query, end fleet.QueryStatus) error {
	before := q.DeepCopy()
	end.AnsweredAt = &metav1.Time{Time: c.Now()}
	end.Expires = &metav1.Time{Time: q.CreationTimestamp.Add(Lifetime)}
	q.Status = end
	return c.Client.Status().Patch(ctx, q, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

func failed(cluster string, err error) *fleet.QueryStatus {
	return &fleet.QueryStatus{Phase: fleet.QueryFailed, Reason: delivery.ReasonOf(err), Error: err.Error(), Cluster: cluster}
}

func timeoutOf(q *fleet.Query) time.Duration {
	if q.Spec.TimeoutSeconds > 0 {
		return time.Duration(q.Spec.TimeoutSeconds) * time.Second
	}
	return defaultTimeout
}
