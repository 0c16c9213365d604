package deletions

import (
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/types"
)

// Metrics count what guards hold. No label names a set: there are many.
type Metrics struct {
	mu   sync.Mutex
	held map[types.NamespacedName]int

	began prometheus.Counter
}

// NewMetrics registers the metrics of the shrink guard.
func NewMetrics(registerer prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{
		held:  map[types.NamespacedName]int{},
		began: prometheus.NewCounter(prometheus.CounterOpts{Name: "fairlead_set_deletion_holds_total", Help: "Times that the guard of an ApplicationSet began to hold deletions."}),
	}
	holds := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "fairlead_set_deletion_holds", Help: "ApplicationSets whose deletions are held."},
		func() float64 { sets, _ := m.sum(); return float64(sets) })
	victims := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "fairlead_set_deletion_victims", Help: "Applications that their sets' guards hold."},
		func() float64 { _, n := m.sum(); return float64(n) })
	for _, c := range []prometheus.Collector{m.began, holds, victims} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics of the shrink guard: %w", err)
		}
	}
	return m, nil
}

// set notes how many deletions of a set are held; none for one that is gone.
func (m *Metrics) set(key types.NamespacedName, held int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if held == 0 {
		delete(m.held, key)
		return
	}
	if m.held[key] == 0 {
		m.began.Inc()
	}
	m.held[key] = held
}

func (m *Metrics) sum() (sets, victims int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range m.held {
		victims += n
	}
	return len(m.held), victims
}
