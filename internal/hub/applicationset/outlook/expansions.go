package outlook

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
)

// atOnce is how many sets expand in parallel; each uses every processor.
const atOnce = 2

// The ways to expand.
const (
	full        = "full"
	incremental = "incremental"
)

// Expansions expands sets, building on what it remembers of them.
type Expansions struct {
	*Memory
	options inputs.Options
	now     func() time.Time
	turns   chan struct{}
	counted *prometheus.CounterVec
}

// New remembers nothing yet. It registers the metrics of expansions.
func New(options inputs.Options, now func() time.Time, registerer prometheus.Registerer) (*Expansions, error) {
	e := &Expansions{
		Memory: NewMemory(maxRows), options: options, now: now, turns: make(chan struct{}, atOnce),
		counted: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "fairlead_set_expansions_total", Help: "Expansions of ApplicationSets: full, or incremental of the rows of clusters that changed.",
		}, []string{"path"}),
	}
	e.counted.WithLabelValues(full)
	e.counted.WithLabelValues(incremental)
	remembered := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "fairlead_set_rows_remembered", Help: "Rows of ApplicationSets that incremental expansions can build on.",
	}, func() float64 { return float64(e.size()) })
	for _, c := range []prometheus.Collector{e.counted, remembered} {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics of expansions: %w", err)
		}
	}
	return e, nil
}

// From is what a set is expanded from.
type From struct {
	// Fleet may be nil for sets that see no clusters.
	Fleet     *clusters.Inventory
	Providers inputs.Providers
	// All rows are wanted, whatever led here.
	All bool
}

// Expand builds on the last look where only clusters and Applications may have
// changed since, and begins from nothing elsewhere. It takes what is remembered
// of the set.
func (e *Expansions) Expand(ctx context.Context, set *v1alpha1.ApplicationSet, why wake.Cause, from From) (Outlook, error) {
	state := e.Take(client.ObjectKeyFromObject(set))
	if state.fits(set, why, e.now()) {
		out, ok, err := e.carryOn(ctx, set, why, state, from)
		if ok || err != nil {
			return out, err
		}
	}
	out, err := e.begin(ctx, set, from)
	out.Resynced = state != nil && why.Nothing() && !e.now().Before(state.Due) && !wake.LooksOutside(set)
	return out, err
}

// turn waits for leave to compute.
func (e *Expansions) turn() (done func()) {
	e.turns <- struct{}{}
	return func() { <-e.turns }
}

// begin expands from nothing.
func (e *Expansions) begin(ctx context.Context, set *v1alpha1.ApplicationSet, from From) (Outlook, error) {
	e.counted.WithLabelValues(full).Inc()
	expansion := inputs.NewWarm(set, e.options, e.turn)
	result, err := expansion.Expand(ctx, from.Fleet, from.Providers)
	if err = cmp.Or(err, result.Err); err != nil {
		return Outlook{}, err
	}
	state := &Warm{
		uid: set.UID, generation: set.Generation, Expansion: expansion,
		Rejected: map[expand.Origin]expand.Row{}, Duplicates: map[string]expand.Duplicate{}, staying: map[string]bool{},
		rows: len(result.Applications), Due: wake.Due(set, e.now()),
	}
	state.refuse(result.Rejected, result.Duplicates)
	return Outlook{State: state, Rows: rowsOf(result.Applications, result.Origins), fresh: true}, nil
}

// carryOn takes over what has changed since the last look. It is false if only
// a whole expansion can tell.
func (e *Expansions) carryOn(ctx context.Context, set *v1alpha1.ApplicationSet, why wake.Cause, state *Warm, from From) (Outlook, bool, error) {
	out := Outlook{State: state, Names: []string{}}
	if why.Fleet {
		delta, ok, err := state.Expansion.Change(ctx, from.Fleet, from.Providers)
		if !ok || err != nil {
			return Outlook{}, false, err
		}
		e.counted.WithLabelValues(incremental).Inc()
		state.take(delta)
		out.Rows = rowsOf(delta.Applications, delta.Origins)
		for _, gone := range delta.Gone {
			out.Names = append(out.Names, gone.Name)
		}
	}
	names, few := why.Names()
	if !few || from.All {
		whole, ok := state.Expansion.Expander().Snapshot()
		return Outlook{State: state, Rows: rowsOf(whole.Applications, whole.Origins)}, ok, nil
	}
	out.touch(names)
	out.complete(names)
	return out, true, nil
}
