package webhook

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// Metrics count hooks and what they led to. No label names a repository: there
// are many.
type Metrics struct {
	received  *prometheus.CounterVec
	refused   *prometheus.CounterVec
	idle      *prometheus.CounterVec
	refreshes *prometheus.CounterVec
	pending   prometheus.Gauge
}

// NewMetrics registers them.
func NewMetrics(registerer prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		received: counter("fairlead_webhook_received_total", "Hooks that were received, by provider.", "provider"),
		refused:  counter("fairlead_webhook_refused_total", "Hooks that were refused, by reason.", "reason"),
		idle: counter("fairlead_webhook_idle_total",
			"Genuine hooks that led to nothing, by reason: an event or repository of no concern, or a duplicate.", "reason"),
		refreshes: counter("fairlead_webhook_refreshes_total",
			"What hooks led to, by kind: a revision asked for, or a set woken.", "kind"),
		pending: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "fairlead_webhook_in_flight", Help: "Hooks whose body is held in memory.",
		}),
	}
	for _, p := range providers() {
		m.received.WithLabelValues(string(p.name))
	}
	for _, c := range []prometheus.Collector{m.received, m.refused, m.idle, m.refreshes, m.pending} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register webhook metrics: %w", err)
		}
	}
	return m, nil
}

func counter(name, help, label string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
}

// unknownProvider labels requests that no provider claims.
const unknownProvider payload.Provider = "unknown"
