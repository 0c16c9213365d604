package cluster

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Reconciler writes the conditions of one Cluster.
type Reconciler struct {
	Client client.Client
}

// Reconcile reads, decides, patches once.
func (r *Reconciler) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	c := &fleet.Cluster{}
	if err := r.Client.Get(ctx, req.NamespacedName, c); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	before := c.DeepCopy()
	for _, condition := range conditionsOf(c) {
		meta.SetStatusCondition(&c.Status.Conditions, condition)
	}
	if equality.Semantic.DeepEqual(before.Status, c.Status) {
		return reconcile.Result{}, nil
	}
	if err := r.Client.Status().Patch(ctx, c, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, fmt.Errorf("write conditions of cluster %s: %w", c.Name, err)
	}
	return reconcile.Result{}, nil
}

// conditionsOf is pure.
func conditionsOf(c *fleet.Cluster) []metav1.Condition {
	enrolled := metav1.Condition{Type: fleet.ClusterEnrolled, Status: metav1.ConditionTrue, Reason: "CertificateIssued", Message: "an agent holds a certificate"}
	if c.Status.Identity == "" {
		enrolled = metav1.Condition{Type: fleet.ClusterEnrolled, Status: metav1.ConditionFalse, Reason: "NeverJoined", Message: "no agent has joined; run: fairlead cluster token " + c.Name}
	}
	connected := metav1.Condition{Type: fleet.ClusterConnected, Status: metav1.ConditionTrue, Reason: "SessionOpen", Message: "the agent's session is open"}
	if c.Status.Holder == "" {
		connected = metav1.Condition{Type: fleet.ClusterConnected, Status: metav1.ConditionFalse, Reason: "NoSession", Message: "no agent is connected; what it holds keeps running and healing"}
	}
	return []metav1.Condition{enrolled, connected}
}

// Setup adds the loop to the manager.
func Setup(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).
		Named("cluster").
		For(&fleet.Cluster{}).
		Complete(&Reconciler{Client: mgr.GetClient()})
}
