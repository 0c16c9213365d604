package hub

import (
	"time"

	shrink "github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/application"
)

// newGate makes what every deletion passes, with the limits that sets have too.
func (h *Hub) newGate() (*application.Gate, error) {
	m := h.manager
	metrics, err := application.NewGateMetrics(h.opts.Registerer, m.GetClient())
	if err != nil {
		return nil, err
	}
	return application.NewGate(application.GateOptions{
		Client: m.GetClient(), Live: m.GetAPIReader(), ConfigMaps: h.core.ConfigMaps(h.opts.Namespace),
		Metrics: metrics, Limits: h.opts.Sets.limits(), Now: steady(h.opts.Now), Logger: h.opts.Logger.WithName("deletions"),
	}), nil
}

// limits are those of Deletions, or the defaults.
func (o SetOptions) limits() shrink.Limits {
	if o.Deletions == (shrink.Limits{}) {
		return shrink.Default()
	}
	return o.Deletions
}

// steady is a clock that starts as now does and goes on without its jumps: the
// windows that losses are counted over must not end because somebody has set
// the clock.
func steady(now func() time.Time) func() time.Time {
	start := now()
	return func() time.Time { return start.Add(now().Sub(start)) }
}
