package main

import (
	"errors"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/dynamic/fake"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlfake "sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/yaml"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/explain"
)

func TestExplainReadsTheHub(t *testing.T) {
	set := &v1alpha1.ApplicationSet{}
	if err := yaml.Unmarshal([]byte(caseSet), set); err != nil {
		t.Fatal(err)
	}
	set.Namespace = "argocd"
	set.Status.Conditions = []v1alpha1.ApplicationSetCondition{{Type: v1alpha1.ApplicationSetConditionDeletionsHeld,
		Status: v1alpha1.ApplicationSetConditionStatusTrue, Message: "two deletions are held"}}
	c := ctrlfake.NewClientBuilder().WithScheme(newScheme()).WithObjects(set,
		&fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "tokyo", Labels: map[string]string{"env": "prod"}}},
		&fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "oslo"}},
		&v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "other"}},
	).Build()
	lists := fake.NewSimpleDynamicClient(runtime.NewScheme())

	setup, err := readHub(t.Context(), c, lists, "argocd", client.ObjectKeyFromObject(set))
	if err != nil {
		t.Fatal(err)
	}
	for cluster, want := range map[string]struct {
		yes   bool
		holds []string
	}{
		"tokyo": {true, []string{"project: web-tokyo: application references project default", "guard: two deletions are held"}},
		"oslo":  {false, []string{"guard: two deletions are held"}},
	} {
		answer, err := explain.Explain(explain.Question{Set: setup.Set, Cluster: cluster, Inventory: setup.Clusters, Projects: setup.Projects.Find,
			Expand: expandOver(t.Context(), setup)})
		if err != nil || answer.Yes != want.yes || len(answer.Holds) != len(want.holds) {
			t.Errorf("%s: %+v, %v", cluster, answer, err)
			continue
		}
		for i, hold := range want.holds {
			if !strings.HasPrefix(answer.Holds[i], hold) {
				t.Errorf("%s: hold %q, want %q", cluster, answer.Holds[i], hold)
			}
		}
	}

	var exit *exitError
	_, err = readHub(t.Context(), c, lists, "argocd", client.ObjectKey{Namespace: "argocd", Name: "gone"})
	if !errors.As(err, &exit) || exit.code != codeNotFound {
		t.Errorf("a set that is not there: %v", err)
	}
}
