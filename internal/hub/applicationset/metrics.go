package applicationset

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of the loop. No label names a set: there are many.
type metrics struct {
	corrections prometheus.Counter
	panics      prometheus.Counter
}

func newMetrics(registerer prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		corrections: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "fairlead_set_resync_corrections_total", Help: "Applications that only a periodic full expansion found to differ. Anything but 0 is a defect of the hub.",
		}),
		panics: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "fairlead_set_panics_total", Help: "Panics while looking at an ApplicationSet. Anything but 0 is a defect of the hub.",
		}),
	}
	for _, c := range []prometheus.Collector{m.corrections, m.panics} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics of applicationsets: %w", err)
		}
	}
	return m, nil
}
