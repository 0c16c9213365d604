package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

const (
	// replicaLabel marks the Leases by which replicas show that they live.
	replicaLabel = "fairlead.dev/hub-replica"
	// A replica renews its Lease every replicaRenew and counts as gone after
	// replicaLease without.
	replicaRenew = 10 * time.Second
	replicaLease = 40 * time.Second
)

// replicas shows that this replica lives and, on the leader, finds those that
// do not: the clusters that they held are held by nobody.
type replicas struct {
	client    client.Client
	live      client.Reader
	namespace string
	name      string
	now       func() time.Time
	logger    logr.Logger
	// release takes a holder's name off a Cluster.
	release func(ctx context.Context, cluster, holder string) error
}

// beat renews this replica's Lease until ctx ends.
func (r *replicas) beat(ctx context.Context) error {
	return r.every(ctx, "this replica's lease is not renewed", r.renew)
}

// sweep looks for the dead until ctx ends.
func (r *replicas) sweep(ctx context.Context) error {
	return r.every(ctx, "clusters of dead replicas are not released yet", r.bury)
}

func (r *replicas) every(ctx context.Context, failed string, do func(context.Context) error) error {
	tick := time.NewTicker(replicaRenew)
	defer tick.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			r.logger.Error(err, failed)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (r *replicas) renew(ctx context.Context) error {
	sum := sha256.Sum256([]byte(r.name))
	key := client.ObjectKey{Namespace: r.namespace, Name: "fairlead-hub-" + hex.EncodeToString(sum[:6])}
	seconds, now := int32(replicaLease/time.Second), metav1.NewMicroTime(r.now())
	lease := &coordinationv1.Lease{}
	err := r.live.Get(ctx, key, lease)
	missing := apierrors.IsNotFound(err)
	if err != nil && !missing {
		return fmt.Errorf("read lease %s: %w", key, err)
	}
	before := lease.DeepCopy()
	lease.Namespace, lease.Name = key.Namespace, key.Name
	lease.Labels = map[string]string{replicaLabel: "true"}
	lease.Spec = coordinationv1.LeaseSpec{HolderIdentity: &r.name, LeaseDurationSeconds: &seconds, RenewTime: &now}
	if missing {
		err = r.client.Create(ctx, lease)
	} else {
		err = r.client.Patch(ctx, lease, client.MergeFrom(before))
	}
	if err != nil {
		return fmt.Errorf("write lease %s: %w", key, err)
	}
	return nil
}

// bury releases the clusters of replicas whose Lease has ended or is missing.
func (r *replicas) bury(ctx context.Context) error {
	var leases coordinationv1.LeaseList
	if err := r.live.List(ctx, &leases, client.InNamespace(r.namespace), client.HasLabels{replicaLabel}); err != nil {
		return fmt.Errorf("list leases of replicas: %w", err)
	}
	alive := map[string]bool{r.name: true}
	for i := range leases.Items {
		if spec := leases.Items[i].Spec; spec.HolderIdentity != nil && spec.RenewTime != nil && r.now().Sub(spec.RenewTime.Time) < replicaLease {
			alive[*spec.HolderIdentity] = true
		}
	}
	var clusters fleet.ClusterList
	if err := r.client.List(ctx, &clusters, client.InNamespace(r.namespace), client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list clusters: %w", err)
	}
	var errs []error
	for i := range clusters.Items {
		c := &clusters.Items[i]
		if holder := c.Status.Holder; holder != "" && !alive[holder] {
			r.logger.Info("the replica that held a cluster's session is gone", "cluster", c.Name, "replica", holder)
			errs = append(errs, r.release(ctx, c.Name, holder))
		}
	}
	return errors.Join(errs...)
}

// loop is a function as a manager runs it.
type loop struct {
	run        func(context.Context) error
	leaderOnly bool
}

// NeedLeaderElection as the field says.
func (l loop) NeedLeaderElection() bool { return l.leaderOnly }

// Start runs the function.
func (l loop) Start(ctx context.Context) error { return l.run(ctx) }
