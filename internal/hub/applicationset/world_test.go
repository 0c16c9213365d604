package applicationset

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/yaml"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/deletions"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/writers"
)

// deaf hears no event.
type deaf struct{}

func (deaf) Eventf(_, _ runtime.Object, _, _, _, _ string, _ ...any) {}

// world is a hub's loop over an API server that is a map.
type world struct {
	*Reconciler
	now func() time.Time
}

// newWorld has a set, and Applications with a UID each.
func newWorld(t *testing.T, set *v1alpha1.ApplicationSet, apps ...*v1alpha1.Application) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	set.Finalizers = []string{fleet.Finalizer}
	build := fake.NewClientBuilder().WithScheme(scheme).WithObjects(set).WithStatusSubresource(set).
		WithInterceptorFuncs(interceptor.Funcs{Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			o.SetUID(types.UID(o.GetName()))
			return c.Create(ctx, o, opts...)
		}}).
		WithIndex(&v1alpha1.Application{}, live.SetIndex, func(o client.Object) []string {
			return []string{v1alpha1.OwningSet(o.(*v1alpha1.Application))}
		})
	for _, app := range apps {
		app.UID = types.UID(app.Name)
		build = build.WithObjects(app)
	}
	c := build.Build()
	metrics, err := deletions.NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{now: time.Now}
	w.Reconciler = &Reconciler{
		Client: c, Live: c, Inventory: broken{}, Revisions: still{}, Admission: Admission{Namespace: "argocd"},
		Guard:      &deletions.Guard{Client: c, Live: c, Metrics: metrics, Now: time.Now, Limits: guard.Default(), Events: deaf{}},
		Writers:    writers.New(),
		Registerer: prometheus.NewRegistry(), Now: func() time.Time { return w.now() },
	}
	if err := w.complete(); err != nil {
		t.Fatal(err)
	}
	return w
}

// hear of all that was written, and read it by the client as it is now.
func (w *world) hear() { w.live = live.New(w.Client, w.Writers, w.Now) }

func (w *world) see(t *testing.T, set string) reconcile.Result {
	t.Helper()
	out, err := w.Reconcile(t.Context(), reconcile.Request{NamespacedName: key(set)})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) set(t *testing.T, name string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{}
	if err := w.Client.Get(t.Context(), key(name), set); err != nil {
		t.Fatal(err)
	}
	return set
}

func (w *world) app(t *testing.T, name string) *v1alpha1.Application {
	t.Helper()
	app := &v1alpha1.Application{}
	if err := w.Client.Get(t.Context(), key(name), app); err != nil {
		t.Fatal(err)
	}
	return app
}

// expansions from nothing.
func (w *world) expansions(t *testing.T) int {
	t.Helper()
	families, err := w.Registerer.(*prometheus.Registry).Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "fairlead_set_expansions_total" && m.GetLabel()[0].GetValue() == "full" {
				return int(m.GetCounter().GetValue())
			}
		}
	}
	t.Fatal("no metric")
	return 0
}

// listed is how many rows were gone through since the last expansion.
func (w *world) listed(t *testing.T, set string) int {
	t.Helper()
	state := w.Reconciler.expansions.Take(key(set))
	if state == nil {
		t.Fatal("nothing is remembered")
	}
	defer w.Reconciler.expansions.Put(key(set), state)
	return state.Expansion.Expander().Stats().Listed
}

// aSet has these generators.
func aSet(t *testing.T, name, generators string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: name, UID: types.UID(name)}}
	if err := yaml.Unmarshal([]byte(generators), &set.Spec.Generators); err != nil {
		t.Fatal(err)
	}
	return set
}

// anApplication is nobody's.
func anApplication(name string) *v1alpha1.Application {
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{
		Namespace: "argocd", Name: name, Finalizers: []string{v1alpha1.ResourcesFinalizerName},
	}}
	app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "x"}
	return app
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "argocd", Name: name}
}
