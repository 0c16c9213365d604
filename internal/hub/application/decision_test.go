package application

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

func anApplication(edit ...func(*v1alpha1.Application)) *v1alpha1.Application {
	app := &v1alpha1.Application{
		ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "web", UID: "uid-1"},
		Spec: v1alpha1.ApplicationSpec{
			Source:      &v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "."},
			Destination: v1alpha1.ApplicationDestination{Name: "one", Namespace: "web"},
		},
	}
	for _, e := range edit {
		e(app)
	}
	return app
}

func deliveredAt(cluster string) func(*v1alpha1.Application) {
	return func(app *v1alpha1.Application) {
		app.Status.Delivery = &v1alpha1.DeliveryStatus{Cluster: cluster}
	}
}

var good = Facts{Cluster: "one", Enrolled: true, ProjectFound: true}

func TestDecide(t *testing.T) {
	for _, tc := range []struct {
		name           string
		app            *v1alpha1.Application
		facts          Facts
		cluster        string
		release        string
		conditionParts map[string]string
	}{
		{name: "first delivery", app: anApplication(), facts: good, cluster: "one"},
		{name: "unchanged", app: anApplication(deliveredAt("one")), facts: good, cluster: "one"},
		{
			name: "destination changed: released at the old cluster",
			app:  anApplication(deliveredAt("zero")), facts: good, cluster: "one", release: "zero",
		},
		{
			name:           "destination vanished: nothing is released, what ran stays recorded",
			app:            anApplication(deliveredAt("zero")),
			facts:          Facts{DestinationError: "no such cluster", ProjectFound: true},
			conditionParts: map[string]string{v1alpha1.ApplicationConditionDestinationUnknown: "no such cluster"},
		},
		{
			name: "nobody joined yet", app: anApplication(),
			facts: Facts{Cluster: "one", ProjectFound: true}, cluster: "one",
			conditionParts: map[string]string{v1alpha1.ApplicationConditionNotDelivered: "fairlead cluster token one"},
		},
		{
			name: "no project", app: anApplication(func(a *v1alpha1.Application) { a.Spec.Project = "ai" }),
			facts: Facts{Cluster: "one", Enrolled: true}, cluster: "one",
			conditionParts: map[string]string{v1alpha1.ApplicationConditionInvalidSpecError: `"ai"`},
		},
		{
			name: "git away", app: anApplication(),
			facts: Facts{Cluster: "one", Enrolled: true, ProjectFound: true, Unresolved: []string{"a away", "b away"}}, cluster: "one",
			conditionParts: map[string]string{v1alpha1.ApplicationConditionRevisionUnresolved: "a away; b away"},
		},
		{
			name: "no source", app: anApplication(func(a *v1alpha1.Application) { a.Spec.Source = nil }), facts: good, cluster: "one",
			conditionParts: map[string]string{v1alpha1.ApplicationConditionInvalidSpecError: "repository"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := Decide(tc.app, tc.facts)
			if d.Cluster != tc.cluster || d.ReleaseAt != tc.release {
				t.Errorf("cluster %q, release at %q; want %q, %q", d.Cluster, d.ReleaseAt, tc.cluster, tc.release)
			}
			if len(d.Conditions) != len(tc.conditionParts) {
				t.Errorf("conditions %+v, want %v", d.Conditions, tc.conditionParts)
			}
			for _, c := range d.Conditions {
				if part := tc.conditionParts[c.Type]; part == "" || !strings.Contains(c.Message, part) {
					t.Errorf("condition %s: %q, want %q in it", c.Type, c.Message, part)
				}
			}
		})
	}
}

func TestEndOf(t *testing.T) {
	for finalizer, want := range map[string]fleet.TombstoneAction{
		"":                              fleet.TombstoneRelease,
		"example.com/other":             fleet.TombstoneRelease,
		v1alpha1.ResourcesFinalizerName: fleet.TombstoneDelete,
		v1alpha1.BackgroundPropagationPolicyFinalizer: fleet.TombstoneDelete,
		v1alpha1.ForegroundPropagationPolicyFinalizer: fleet.TombstoneDelete,
	} {
		app := anApplication(func(a *v1alpha1.Application) { a.Finalizers = []string{finalizer} })
		if got, cause := endOf(app); got != want || cause == "" {
			t.Errorf("with finalizer %q: %s (%q), want %s", finalizer, got, cause, want)
		}
	}
}

func TestConditionsKeepTheirTimesAndOrder(t *testing.T) {
	early, late := metav1.Unix(100, 0), metav1.Unix(200, 0)
	condition := func(kind, message string) v1alpha1.ApplicationCondition {
		return v1alpha1.ApplicationCondition{Type: kind, Message: message}
	}
	first := withTimes([]v1alpha1.ApplicationCondition{condition("B", "x"), condition("A", "y"), condition("A", "y")}, nil, early)
	if len(first) != 2 || first[0].Type != "A" || !first[0].LastTransitionTime.Equal(&early) {
		t.Fatalf("first: %+v", first)
	}
	second := withTimes([]v1alpha1.ApplicationCondition{condition("A", "y"), condition("B", "z")}, first, late)
	if !second[0].LastTransitionTime.Equal(&early) || !second[1].LastTransitionTime.Equal(&late) {
		t.Errorf("second: %+v", second)
	}
	if got := withTimes(nil, second, late); got != nil {
		t.Errorf("none wanted, got %+v", got)
	}
}
