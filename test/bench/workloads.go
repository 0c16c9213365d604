package main

import (
	"embed"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

//go:embed sets
var sets embed.FS

// workload is one line of the table.
type workload struct {
	name string
	bar  bar
	// prepare readies the inputs, outside the clock.
	prepare func() (job, error)
}

// bar is what a workload may cost; zero is no bar.
type bar struct {
	Seconds float64 `json:"seconds,omitempty"`
	Allocs  float64 `json:"allocationsPerApplication,omitempty"`
	RSS     int64   `json:"peakRSSBytes,omitempty"`
	// Times is how much longer than the workload named Of, measured before it
	// in the same run: for what another program takes the greater part of.
	Times float64 `json:"times,omitempty"`
	Of    string  `json:"of,omitempty"`
}

// job is a workload made ready.
type job struct {
	// applications that one run makes.
	applications int
	// run is what the clock measures. It returns what verify looks at.
	run func() (any, error)
	// verify proves, outside the clock, that a run did the whole work.
	verify func(any) error
	// once says that a run cannot be repeated.
	once bool
	// whole, if set, measures by itself, in place of run and verify.
	whole func(options) (figures, error)
	// stop, if set, ends what prepare started.
	stop func()
}

const apiserverFloor = "kube-apiserver floor 10000"

// workloads is every line of the table. The bars hold on two cores; see
// docs/BENCHMARKS.md.
var workloads = []workload{
	{"text/template floor", bar{}, templateFloor(10_000)},

	expansion("clusters-go", "clusters-go", 100, 100, fleet, bar{}),
	expansion("clusters-go", "clusters-go", 1_000, 1_000, fleet, bar{}),
	expansion("clusters-go", "clusters-go", 10_000, 10_000, fleet, bar{Seconds: 0.30, Allocs: 400}),
	expansion("clusters-fast", "clusters-fast", 100, 100, fleet, bar{}),
	expansion("clusters-fast", "clusters-fast", 1_000, 1_000, fleet, bar{}),
	expansion("clusters-fast", "clusters-fast", 10_000, 10_000, fleet, bar{Seconds: 0.08, Allocs: 60}),
	expansion("matrix 10 x", "matrix-go", 1_000, 10_000, fleet, bar{Seconds: 0.35}),
	expansion("git directories", "git-directories-go", 10_000, 10_000, directories, bar{Seconds: 0.25}),
	expansion("git files", "git-files-go", 10_000, 10_000, files, bar{Seconds: 0.60}),
	expansion("merge", "merge-go", 10_000, 10_000, fleet, bar{Seconds: 0.60}),
	expansion("templatePatch", "clusters-patch", 10_000, 10_000, fleet, bar{Seconds: 0.60}),

	oneLabel("clusters-go", "clusters-go", 10_000, 1, bar{Seconds: 0.005}),
	oneLabel("clusters-fast", "clusters-fast", 10_000, 1, bar{Seconds: 0.005}),
	oneLabel("matrix 10 x", "matrix-go", 10_000, 10, bar{Seconds: 0.005}),
	oneLabel("merge", "merge-go", 10_000, 1, bar{Seconds: 0.005}),
	oneLabel("templatePatch", "clusters-patch", 10_000, 1, bar{Seconds: 0.005}),

	{"fairlead expand 10000", bar{Seconds: 1.2, RSS: 400 << 20}, wholeProcess(10_000)},

	{apiserverFloor, bar{}, hubFloor(10_000)},
	{"hub first write 10000", bar{Times: 900.0 / 600, Of: apiserverFloor}, hubFirstWrite(10_000)},
	{"hub one label of 10000", bar{Seconds: 0.20}, hubOneLabel(10_000)},

	{"agent first apply 100", bar{}, agentFirstApply(100)},
	{"agent first apply 500", bar{}, agentFirstApply(500)},
	{"agent restart 100", bar{}, agentRestart(100)},
	{"agent restart 500", bar{}, agentRestart(500)},
	{"agent idle", bar{}, agentIdle},
	{"agent heal", bar{}, agentHeal},
	{"agent foreign objects", bar{}, agentForeign},
	{"render gpu-operator", bar{}, agentRender("gpu-operator")},
	{"render kuberay-operator", bar{}, agentRender("kuberay-operator")},
	{"push to Healthy", bar{}, pushToHealthy},
}

// expansion is a whole expansion of a set over the inputs for size.
func expansion(label, set string, size, applications int, inputs func(int) generators.Inputs, b bar) workload {
	return workload{fmt.Sprintf("%s %d", label, size), b, func() (job, error) {
		text, err := sets.ReadFile("sets/" + set + ".yaml")
		if err != nil {
			return job{}, err
		}
		in := inputs(size)
		return job{
			applications: applications,
			run:          func() (any, error) { return expandSet(text, in) },
			verify:       func(result any) error { return verify(result.(expand.Result), applications) },
		}, nil
	}}
}

func expandSet(text []byte, in generators.Inputs) (expand.Result, error) {
	var set v1alpha1.ApplicationSet
	if err := yaml.Unmarshal(text, &set); err != nil {
		return expand.Result{}, err
	}
	result := expand.Expand(&set, in, expand.Options{})
	return result, result.Err
}

// verify serialises every Application and checks that it is whole.
func verify(result expand.Result, want int) error {
	if n := len(result.Applications); n != want || len(result.Rejected)+len(result.Duplicates)+len(result.Missing) > 0 {
		return fmt.Errorf("%d applications, %d rejected, %d duplicated, %d inputs missing; want %d applications",
			n, len(result.Rejected), len(result.Duplicates), len(result.Missing), want)
	}
	for i := range result.Applications {
		text, err := json.Marshal(&result.Applications[i])
		if err != nil {
			return err
		}
		var app v1alpha1.Application
		if err := json.Unmarshal(text, &app); err != nil {
			return err
		}
		if app.Name == "" || app.Spec.Destination.Server == "" || app.Spec.Source.Path == "" || app.Labels["region"] == "" {
			return fmt.Errorf("an incomplete application: %s", text)
		}
	}
	return nil
}
