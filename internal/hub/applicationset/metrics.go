package applicationset

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the loop. No label names a set: there are many.
type metrics struct {
	expansions  *prometheus.CounterVec
	corrections prometheus.Counter
	panics      prometheus.Counter
}

// The ways to expand.
const (
	fullPath        = "full"
	incrementalPath = "incremental"
)

func newMetrics(registerer prometheus.Registerer, rows func() int) (*metrics, error) {
	m := &metrics{
		expansions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "fairlead_set_expansions_total", Help: "Expansions of ApplicationSets: full, or incremental of the rows of clusters that changed.",
		}, []string{"path"}),
		corrections: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "fairlead_set_resync_corrections_total", Help: "Applications that only a periodic full expansion found to differ. Anything but 0 is a defect of the hub.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "fairlead_set_panics_total", Help: "Panics while looking at an ApplicationSet. Anything but 0 is a defect of the hub.",
		}),
	}
	m.expansions.WithLabelValues(fullPath)
	m.expansions.WithLabelValues(incrementalPath)
	remembered := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fairlead_set_rows_remembered", Help: "Rows of ApplicationSets that incremental expansions can build on.",
	}, func() float64 { return float64(rows()) })
	for _, c := range []prometheus.Collector{m.expansions, m.corrections, m.panics, remembered} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics of applicationsets: %w", err)
		}
	}
	return m, nil
}
