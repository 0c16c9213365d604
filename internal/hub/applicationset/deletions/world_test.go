package deletions

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/live"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// said are the events that were told.
type said []string

func (s *said) Eventf(_, _ runtime.Object, _, reason, _, note string, args ...any) {
	*s = append(*s, reason+": "+fmt.Sprintf(note, args...))
}

// world is a guard over an API server that is a map.
type world struct {
	*Guard
	events *said
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
		WithIndex(&v1alpha1.Application{}, live.SetIndex, func(o client.Object) []string {
			return []string{v1alpha1.OwningSet(o.(*v1alpha1.Application))}
		})
	for _, app := range apps {
		app.UID = types.UID(app.Name)
		build = build.WithObjects(app)
	}
	c := build.Build()
	metrics, err := NewMetrics(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	events := &said{}
	return &world{&Guard{Client: c, Live: c, Metrics: metrics, Now: time.Now, Limits: guard.Default(), Events: events}, events}
}

func (w *world) set(t *testing.T, name string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{}
	if err := w.Client.Get(t.Context(), types.NamespacedName{Namespace: "argocd", Name: name}, set); err != nil {
		t.Fatal(err)
	}
	return set
}

func (w *world) app(t *testing.T, name string) *v1alpha1.Application {
	t.Helper()
	app := &v1alpha1.Application{}
	if err := w.Client.Get(t.Context(), types.NamespacedName{Namespace: "argocd", Name: name}, app); err != nil {
		t.Fatal(err)
	}
	return app
}

func aSet(uid types.UID) *v1alpha1.ApplicationSet {
	return &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "set", UID: uid}}
}

// originOf a row of a pull request, which a question about all of its repository
// lists; of none, of an element.
func originOf(pullRequest string) generators.Origin {
	if pullRequest == "" {
		return generators.Origin{Generator: "generators[0].list", Element: "elements[0]"}
	}
	repository, _, _ := strings.Cut(pullRequest, "#")
	return generators.Origin{Generator: "generators[0].pullRequest", PullRequest: pullRequest, Question: "all of " + repository}
}

// made is what a set makes of a row, of a pull request if one is named.
func made(set *v1alpha1.ApplicationSet, name, pullRequest string) *v1alpha1.Application {
	row := plan.Row{
		App: &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{
			Namespace: "argocd", Name: name, Finalizers: []string{v1alpha1.ResourcesFinalizerName},
		}},
		From: originOf(pullRequest),
	}
	row.App.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "x"}
	return plan.Make(set, []plan.Row{row}, nil, plan.Rules{Allowed: plan.Allowed{Create: true}}).Changes[0].Want
}
