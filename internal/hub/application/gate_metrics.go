package application

import (
	"context"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// GateMetrics count what the gate holds.
type GateMetrics struct{ began prometheus.Counter }

// NewGateMetrics registers the metrics of the gate; how many Applications are
// held now is counted in the cache when asked for.
func NewGateMetrics(registerer prometheus.Registerer, cache client.Reader) (*GateMetrics, error) {
	m := &GateMetrics{began: prometheus.NewCounter(prometheus.CounterOpts{
		Name: "fairlead_application_deletion_holds_total", Help: "Applications whose deletion began to be held where tombstones are issued.",
	})}
	held := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fairlead_application_deletions_held", Help: "Applications whose deletion is held where tombstones are issued.",
	}, func() float64 { return float64(countHeld(cache)) })
	for _, c := range []prometheus.Collector{m.began, held} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics of the deletion gate: %w", err)
		}
	}
	return m, nil
}

func countHeld(cache client.Reader) int {
	var list v1alpha1.ApplicationList // of the cache's own objects: read only
	if err := cache.List(context.Background(), &list, client.UnsafeDisableDeepCopy); err != nil {
		return 0 // the cache has not started
	}
	n := 0
	for i := range list.Items {
		if isHeld(&list.Items[i]) {
			n++
		}
	}
	return n
}
