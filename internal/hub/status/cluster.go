package status

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Session is an agent's open session with this replica.
type Session struct {
	Cluster      string
	AgentVersion string
	// Since is when it opened.
	Since time.Time
}

// Connected records that this replica holds the cluster's session. It does not
// look at what the cache says of the holder, which may be a moment old: a
// session follows the one that it replaces within microseconds.
func (w *Writer) Connected(ctx context.Context, cluster, agentVersion string) {
	w.memory.forget(cluster)
	if err := w.claim(ctx, cluster, agentVersion); err != nil {
		w.Logger.Error(err, "session not recorded; tried again soon", "cluster", cluster)
	}
}

// Disconnected records that nobody does, unless another replica has taken over.
func (w *Writer) Disconnected(ctx context.Context, cluster string) {
	w.memory.forget(cluster)
	if err := w.Release(ctx, cluster, w.Replica); err != nil {
		w.Logger.Error(err, "end of session not recorded; tried again soon", "cluster", cluster)
	}
}

// Reset says of every cluster that this replica claims to hold that it holds
// it no more: the claims are those of a former life of the process.
func (w *Writer) Reset(ctx context.Context) error {
	return w.settle(ctx, w.Live, func() []Session { return nil })
}

// Settle makes the Clusters' holders agree with the open sessions, for writes
// of Connected and Disconnected that failed. It asks for the sessions after it
// has read the Clusters, so that one which opens meanwhile is not released.
func (w *Writer) Settle(ctx context.Context, open func() []Session) error {
	return w.settle(ctx, w.Client, open)
}

func (w *Writer) settle(ctx context.Context, from client.Reader, open func() []Session) error {
	var list fleet.ClusterList
	if err := from.List(ctx, &list, client.InNamespace(w.Namespace)); err != nil {
		return fmt.Errorf("list clusters: %w", err)
	}
	sessions := map[string]Session{}
	for _, s := range open() {
		sessions[s.Cluster] = s
	}
	var errs []error
	for i := range list.Items {
		c := &list.Items[i]
		s, isOpen := sessions[c.Name]
		switch mine := c.Status.Holder == w.Replica; {
		case isOpen && !mine && !takenOver(c, s):
			errs = append(errs, w.claim(ctx, c.Name, s.AgentVersion))
		case !isOpen && mine:
			errs = append(errs, w.Release(ctx, c.Name, w.Replica))
		}
	}
	return errors.Join(errs...)
}

// takenOver says that another replica holds a newer session of the cluster: the
// one here is dead and has not been found to be so.
func takenOver(c *fleet.Cluster, s Session) bool {
	return c.Status.Holder != "" && c.Status.LastSeen != nil && c.Status.LastSeen.After(s.Since)
}

func (w *Writer) claim(ctx context.Context, cluster, agentVersion string) error {
	return w.mergeCluster(ctx, cluster, map[string]any{
		"holder": w.Replica, "lastSeen": metav1.NewTime(w.Now()), "agentVersion": agentVersion,
	})
}

// Release takes one replica's name off a Cluster, and no other's.
func (w *Writer) Release(ctx context.Context, cluster, holder string) error {
	err := w.patchCluster(ctx, cluster, types.JSONPatchType, []operation{
		{Op: "test", Path: "/status/holder", Value: holder},
		{Op: "remove", Path: "/status/holder"},
		{Op: "add", Path: "/status/lastSeen", Value: metav1.NewTime(w.Now())},
	})
	if apierrors.IsInvalid(err) {
		return nil // the test failed
	}
	return err
}

func (w *Writer) facts(ctx context.Context, cluster string, facts *deliveryv1.ClusterFacts) error {
	return w.mergeCluster(ctx, cluster, map[string]any{
		"agentVersion":      facts.GetAgentVersion(),
		"kubernetesVersion": facts.GetKubernetesVersion(),
		"nodes":             facts.GetNodes(),
		"gpus":              facts.GetGpus(),
	})
}

func (w *Writer) mergeCluster(ctx context.Context, name string, status map[string]any) error {
	return w.patchCluster(ctx, name, types.MergePatchType, map[string]any{"status": status})
}

// patchCluster writes to the status of a Cluster, if there is one. It never
// compares with the cache first: a patch that changes nothing costs the store
// nothing.
func (w *Writer) patchCluster(ctx context.Context, name string, kind types.PatchType, patch any) error {
	body, err := json.Marshal(patch)
	if err != nil {
		return fmt.Errorf("encode status of cluster %s: %w", name, err)
	}
	c := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: w.Namespace, Name: name}}
	if err := w.Client.Status().Patch(ctx, c, client.RawPatch(kind, body)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write status of cluster %s: %w", name, err)
	}
	return nil
}
