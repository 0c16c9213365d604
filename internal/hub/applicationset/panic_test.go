package applicationset

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/hub/applicationset/deletions"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/writers"
)

// broken panics when it is asked for clusters.
type broken struct{}

func (broken) Inventory(context.Context) (*clusters.Inventory, error) { panic("no such luck") }
func (broken) Changed(client.Object)                                  {}

// still knows no repository.
type still struct{}

func (still) Resolve(context.Context, string, string) (string, error) { return "", nil }
func (still) Ask(context.Context, string, string) error               { return nil }
func (still) AskFor(context.Context, bool, ...*v1alpha1.Application)  {}
func (still) Follow(string, []expand.Repository)                      {}

// Row H3 of the bad inputs: one set panics, says so, and the next is looked at.
func TestAPanicIsTheSetsError(t *testing.T) {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	bad, good := aSet(t, "bad", "[{clusters: {}}]"), aSet(t, "good", "[{list: {elements: []}}]")
	for _, set := range []*v1alpha1.ApplicationSet{bad, good} {
		set.Finalizers = []string{fleet.Finalizer}
	}
	c := fake.NewClientBuilder().WithScheme(scheme).WithObjects(bad, good).WithStatusSubresource(bad).
		WithIndex(&v1alpha1.Application{}, live.SetIndex, func(client.Object) []string { return nil }).Build()
	metrics, err := deletions.NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	r := &Reconciler{
		Client: c, Live: c, Inventory: broken{}, Revisions: still{}, Admission: Admission{Namespace: "argocd"},
		Writers: writers.New(),
		Guard:   &deletions.Guard{Client: c, Live: c, Metrics: metrics, Now: time.Now}, Registerer: registry, Now: time.Now,
	}
	if err := r.complete(); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]v1alpha1.ApplicationSetConditionStatus{"bad": "True", "good": "False"} {
		out, err := r.Reconcile(t.Context(), reconcile.Request{NamespacedName: key(name)})
		if err != nil || out.RequeueAfter == 0 {
			t.Errorf("%s: %+v, %v", name, out, err)
		}
		set := &v1alpha1.ApplicationSet{}
		if err := c.Get(t.Context(), key(name), set); err != nil {
			t.Fatal(err)
		}
		for _, condition := range set.Status.Conditions {
			if condition.Type != v1alpha1.ApplicationSetConditionErrorOccurred {
				continue
			}
			if condition.Status != want || want == "True" && !strings.Contains(condition.Message, "no such luck") {
				t.Errorf("%s: %+v", name, condition)
			}
		}
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "fairlead_set_panics_total" && f.GetMetric()[0].GetCounter().GetValue() != 1 {
			t.Errorf("%s: %v", f.GetName(), f.GetMetric())
		}
	}
}
