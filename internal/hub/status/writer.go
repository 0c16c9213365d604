package status

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Applications finds an Application as last seen, without asking the API
// server; nil if there is none.
type Applications interface {
	Application(namespace, name string) *v1alpha1.Application
}

// Writer takes the reports of one cluster at a time and writes them.
type Writer struct {
	Client client.Client
	// Live reads from the API server, not from a cache.
	Live         client.Reader
	Applications Applications
	// Namespace is the control namespace.
	Namespace string
	// Replica names this hub process in Cluster.status.holder.
	Replica string
	Now     func() time.Time
	Logger  logr.Logger

	memory memory
}

// writers bounds the patches that one report makes at once.
const writers = 4

// Report writes everything in a report. What may work later is named in the
// error, and the agent reports again; what never will is logged and dropped, or
// one row would keep all others from being told. The rest is written all the
// same.
func (w *Writer) Report(ctx context.Context, cluster string, report *deliveryv1.ReportRequest) error {
	var (
		mu   sync.Mutex
		errs []error
		wg   sync.WaitGroup
		slot = make(chan struct{}, writers)
	)
	do := func(f func() error) {
		slot <- struct{}{}
		wg.Go(func() {
			defer func() { <-slot }()
			err := f()
			switch {
			case err == nil:
			case passing(err):
				mu.Lock()
				defer mu.Unlock()
				errs = append(errs, err)
			default:
				w.Logger.Error(err, "part of a report dropped", "cluster", cluster)
			}
		})
	}
	for _, app := range report.GetApplications() {
		do(func() error { return w.application(ctx, cluster, app) })
	}
	for _, ack := range report.GetAcks() {
		do(func() error { return w.tombstone(ctx, cluster, ack) })
	}
	if facts := report.GetCluster(); facts != nil {
		do(func() error { return w.facts(ctx, cluster, facts) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (w *Writer) tombstone(ctx context.Context, cluster string, ack *deliveryv1.TombstoneAck) error {
	app := fleet.ApplicationKey{Namespace: ack.GetNamespace(), Name: ack.GetName(), UID: ack.GetUid()}
	tomb := &fleet.Tombstone{}
	key := types.NamespacedName{Namespace: w.Namespace, Name: fleet.TombstoneName(cluster, app)}
	if err := w.Client.Get(ctx, key, tomb); err != nil {
		return client.IgnoreNotFound(err) // acknowledged before, or withdrawn
	}
	before := tomb.DeepCopy()
	tomb.Status = fleet.TombstoneStatus{
		Acknowledged: ack.GetError() == "" && ack.GetRemaining() == 0,
		Remaining:    ack.GetRemaining(),
		Message:      ack.GetError(),
	}
	if tomb.Status == before.Status {
		return nil
	}
	if err := w.Client.Status().Patch(ctx, tomb, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write answer to tombstone %s: %w", key, err)
	}
	return nil
}
