package session

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the delivery server. No label names a cluster: a fleet has many.
type metrics struct {
	sessions   prometheus.Gauge
	answers    *prometheus.CounterVec
	reports    *prometheus.CounterVec
	enrolments *prometheus.CounterVec
	refused    *prometheus.CounterVec
}

func newMetrics(registerer prometheus.Registerer) (metrics, error) {
	m := metrics{
		sessions: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "fairlead_delivery_sessions", Help: "Agents with an open session.",
		}),
		answers: counter("fairlead_delivery_answers_total", "Answers to agents, by kind.", "kind"),
		reports: counter("fairlead_delivery_reports_total", "Reports of agents, by result.", "result"),
		enrolments: counter("fairlead_delivery_enrolments_total",
			"Attempts to enrol, by result.", "result"),
		refused: counter("fairlead_delivery_refused_total",
			"Calls that were refused before they were read, by code.", "code"),
	}
	for _, c := range []prometheus.Collector{m.sessions, m.answers, m.reports, m.enrolments, m.refused} {
		if err := registerer.Register(c); err != nil {
			return metrics{}, fmt.Errorf("register delivery metrics: %w", err)
		}
	}
	return m, nil
}

func counter(name, help, label string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{label})
}
