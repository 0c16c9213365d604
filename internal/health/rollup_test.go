package health_test

import (
	"math/rand/v2"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

const (
	none        = v1alpha1.HealthStatusCode("")
	isHealthy   = v1alpha1.HealthStatusHealthy
	suspended   = v1alpha1.HealthStatusSuspended
	progressing = v1alpha1.HealthStatusProgressing
	missing     = v1alpha1.HealthStatusMissing
	degraded    = v1alpha1.HealthStatusDegraded
	unknown     = v1alpha1.HealthStatusUnknown
)

func TestWorst(t *testing.T) {
	type codes = []v1alpha1.HealthStatusCode
	cases := []struct {
		of   codes
		want v1alpha1.HealthStatusCode
	}{
		{nil, isHealthy},
		{codes{none, none}, isHealthy},
		{codes{isHealthy, suspended}, suspended},
		{codes{progressing, suspended}, progressing},
		{codes{progressing, missing, isHealthy}, missing},
		{codes{degraded, missing}, degraded},
		{codes{degraded, unknown, none}, unknown},
	}
	for _, c := range cases {
		if got := health.Worst(c.of...); got != c.want {
			t.Errorf("worst of %v is %s, want %s", c.of, got, c.want)
		}
	}
}

var (
	workload = schema.GroupKind{Group: "apps", Kind: "Deployment"}
	child    = schema.GroupKind{Group: "argoproj.io", Kind: "Application"}
	settings = schema.GroupKind{Kind: "ConfigMap"}
)

func TestRollUp(t *testing.T) {
	live := func(gk schema.GroupKind, code v1alpha1.HealthStatusCode) health.Resource {
		return health.Resource{GroupKind: gk, Health: code, Live: true}
	}
	gone := health.Resource{GroupKind: workload, Health: missing}
	hook, ignored := live(workload, degraded), live(workload, degraded)
	hook.Hook, ignored.Ignored = true, true
	cases := map[string]struct {
		of   []health.Resource
		want v1alpha1.HealthStatusCode
	}{
		"nothing":                          {nil, isHealthy},
		"one healthy":                      {[]health.Resource{live(workload, isHealthy)}, isHealthy},
		"kinds without health":             {[]health.Resource{live(settings, none)}, isHealthy},
		"the worst of several":             {[]health.Resource{live(workload, isHealthy), live(workload, degraded), live(workload, progressing)}, degraded},
		"suspended is better than waiting": {[]health.Resource{live(workload, suspended), live(workload, progressing)}, progressing},
		"suspended is worse than healthy":  {[]health.Resource{live(workload, suspended), live(workload, isHealthy)}, suspended},
		"one of two is missing":            {[]health.Resource{gone, live(workload, isHealthy)}, isHealthy},
		"all are missing":                  {[]health.Resource{gone, gone}, missing},
		"all but a ConfigMap are missing":  {[]health.Resource{gone, live(settings, none)}, isHealthy},
		"only a hook failed":               {[]health.Resource{hook, live(workload, isHealthy)}, isHealthy},
		"a hook alone":                     {[]health.Resource{hook}, isHealthy},
		"a hook is there, the rest is not": {[]health.Resource{hook, gone}, missing},
		"an ignored object failed":         {[]health.Resource{ignored, live(workload, isHealthy)}, isHealthy},
		"an ignored object is there":       {[]health.Resource{ignored, gone}, isHealthy},
		"a child is unknown":               {[]health.Resource{live(child, unknown)}, isHealthy},
		"a child has lost its objects":     {[]health.Resource{live(child, missing)}, isHealthy},
		"a child is degraded":              {[]health.Resource{live(child, degraded)}, degraded},
		"a workload is unknown":            {[]health.Resource{live(workload, unknown)}, unknown},
	}
	for name, c := range cases {
		if got, _ := health.RollUp(c.of); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestRollUpNamesWhatDecides(t *testing.T) {
	live := func(code v1alpha1.HealthStatusCode) health.Resource {
		return health.Resource{GroupKind: workload, Health: code, Live: true}
	}
	ignored := live(unknown)
	ignored.Ignored = true
	gone := health.Resource{GroupKind: workload, Health: missing}
	for name, c := range map[string]struct {
		of   []health.Resource
		want int
	}{
		"the first of the worst": {[]health.Resource{live(progressing), ignored, live(degraded), live(degraded)}, 2},
		"nobody, when healthy":   {[]health.Resource{live(isHealthy), gone}, -1},
		"nobody, when missing":   {[]health.Resource{gone}, -1},
	} {
		if _, got := health.RollUp(c.of); got != c.want {
			t.Errorf("%s: resource %d decides, want %d", name, got, c.want)
		}
	}
}

func resources() *rapid.Generator[[]health.Resource] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) health.Resource {
		return health.Resource{
			GroupKind: rapid.SampledFrom([]schema.GroupKind{workload, child, settings}).Draw(t, "kind"),
			Health:    rapid.SampledFrom([]v1alpha1.HealthStatusCode{none, isHealthy, suspended, progressing, missing, degraded, unknown}).Draw(t, "health"),
			Live:      rapid.Bool().Draw(t, "live"),
			Hook:      rapid.Bool().Draw(t, "hook"),
			Ignored:   rapid.Bool().Draw(t, "ignored"),
		}
	}), 0, 12)
}

func TestRollUpDoesNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := resources().Draw(t, "resources")
		want, _ := health.RollUp(list)
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, seed)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		if got, _ := health.RollUp(list); got != want {
			t.Fatalf("%s in another order, %s before", got, want)
		}
	})
}

// Another live object never makes the whole healthier, unless the whole was
// Missing; and a hook changes nothing.
func TestRollUpNeverImprovesByMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := resources().Draw(t, "resources")
		more := resources().Draw(t, "more")
		before, _ := health.RollUp(list)
		after, _ := health.RollUp(append(list[:len(list):len(list)], more...))
		if before != missing && health.Worst(before, after) != after {
			t.Fatalf("%s became %s with %v", before, after, more)
		}
		for i := range more {
			more[i].Hook = true
		}
		if got, _ := health.RollUp(append(list[:len(list):len(list)], more...)); got != before {
			t.Fatalf("hooks turned %s into %s", before, got)
		}
	})
}
