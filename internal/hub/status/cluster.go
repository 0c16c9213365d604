package status

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Connected records that this replica holds the cluster's session.
func (w *Writer) Connected(ctx context.Context, cluster, agentVersion string) {
	w.memory.forget(cluster)
	w.touch(ctx, cluster, func(s *fleet.ClusterStatus) {
		now := metav1.NewTime(w.Now())
		s.LastSeen, s.Holder, s.AgentVersion = &now, w.Replica, agentVersion
	})
}

// Disconnected records that nobody does, unless another replica has taken over.
func (w *Writer) Disconnected(ctx context.Context, cluster string) {
	w.memory.forget(cluster)
	w.touch(ctx, cluster, func(s *fleet.ClusterStatus) {
		if s.Holder != w.Replica {
			return
		}
		now := metav1.NewTime(w.Now())
		s.LastSeen, s.Holder = &now, ""
	})
}

func (w *Writer) touch(ctx context.Context, cluster string, change func(*fleet.ClusterStatus)) {
	if err := w.patchCluster(ctx, cluster, change); err != nil {
		w.Logger.Error(err, "cluster status not written", "cluster", cluster)
	}
}

func (w *Writer) facts(ctx context.Context, cluster string, facts *deliveryv1.ClusterFacts) error {
	return w.patchCluster(ctx, cluster, func(s *fleet.ClusterStatus) {
		s.AgentVersion = facts.GetAgentVersion()
		s.KubernetesVersion = facts.GetKubernetesVersion()
		s.Nodes, s.GPUs = facts.GetNodes(), facts.GetGpus()
	})
}

func (w *Writer) patchCluster(ctx context.Context, name string, change func(*fleet.ClusterStatus)) error {
	c := &fleet.Cluster{}
	if err := w.Client.Get(ctx, types.NamespacedName{Namespace: w.Namespace, Name: name}, c); err != nil {
		return client.IgnoreNotFound(err)
	}
	before := c.DeepCopy()
	change(&c.Status)
	data, err := client.MergeFrom(before).Data(c)
	if err != nil || string(data) == "{}" {
		return err
	}
	if err := w.Client.Status().Patch(ctx, c, client.RawPatch(types.MergePatchType, data)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write status of cluster %s: %w", name, err)
	}
	return nil
}

// Reset says of every cluster that this replica claims to hold that it holds
// it no more: the claims are those of a former life of the process.
func (w *Writer) Reset(ctx context.Context) error {
	var list fleet.ClusterList
	if err := w.Live.List(ctx, &list, client.InNamespace(w.Namespace)); err != nil {
		return fmt.Errorf("list clusters: %w", err)
	}
	for i := range list.Items {
		c := &list.Items[i]
		if c.Status.Holder != w.Replica {
			continue
		}
		before := c.DeepCopy()
		now := metav1.NewTime(w.Now())
		c.Status.Holder, c.Status.LastSeen = "", &now
		if err := w.Client.Status().Patch(ctx, c, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("write status of cluster %s: %w", c.Name, err)
		}
	}
	return nil
}
