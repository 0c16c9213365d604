package wake

import (
	"fmt"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// generatorsOf is a set with these generators.
func generatorsOf(t *testing.T, name, text string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: name, UID: types.UID(name)}}
	if err := yaml.Unmarshal([]byte(text), &set.Spec.Generators); err != nil {
		t.Fatal(err)
	}
	return set
}

func key(name string) types.NamespacedName {
	return types.NamespacedName{Namespace: "argocd", Name: name}
}

const nestedClusters = `[{matrix: {generators: [{list: {elements: []}}, {matrix: {generators: [
  {git: {repoURL: u, revision: main}}, {clusters: {selector: {matchLabels: {env: prod}}}}]}}]}}]`

func TestAClusterConcernsTheSetsThatSeeIt(t *testing.T) {
	tracked := NewTracker("argocd")
	for name, text := range map[string]string{
		"all": "[{clusters: {}}]", "prod": "[{clusters: {selector: {matchLabels: {env: prod}}}}]", "nested": nestedClusters,
		"dev": "[{clusters: {selector: {matchLabels: {env: dev}}}}]", "list": "[{list: {elements: []}}]",
		"templated": "[{matrix: {generators: [{list: {elements: []}}, {clusters: {selector: {matchLabels: {env: '{{env}}'}}}}]}}]",
		"placed":    "[{clusterDecisionResource: {configMapRef: c}}]",
	} {
		tracked.Begin(key(name), generatorsOf(t, name, text))
	}
	prod, dev := &clusters.Cluster{Name: "a", Labels: map[string]string{"env": "prod"}}, &clusters.Cluster{Name: "a", Labels: map[string]string{"env": "dev"}}
	for _, c := range []struct {
		was, is *clusters.Cluster
		want    []string
	}{
		{nil, prod, []string{"all", "nested", "placed", "prod", "templated"}},
		{prod, dev, []string{"all", "dev", "nested", "placed", "prod", "templated"}},
		{dev, nil, []string{"all", "dev", "placed", "templated"}},
	} {
		var got []string
		for _, set := range tracked.Moved(c.was, c.is) {
			got = append(got, set.Name)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("from %v to %v: %v, want %v", c.was, c.is, got, c.want)
		}
	}
	set := generatorsOf(t, "dev", "[{list: {elements: []}}]")
	if why := tracked.Begin(key("dev"), set); !why.Fleet || why.Whole || why.Nothing() {
		t.Errorf("cause %+v", why)
	}
	if why := tracked.Begin(key("dev"), set); !why.Nothing() {
		t.Errorf("a cause was kept: %+v", why)
	}
}

func TestTooManyTouchedApplicationsAreAll(t *testing.T) {
	tracked := NewTracker("argocd")
	for i := range maxTouched {
		tracked.Touch(key("s"), fmt.Sprint(i))
		tracked.Touch(key("s"), fmt.Sprint(i))
	}
	set := generatorsOf(t, "s", "[]")
	if why := tracked.Begin(key("s"), set); len(why.Touched) != maxTouched || why.Every {
		t.Errorf("%d touched", len(why.Touched))
	}
	for i := range maxTouched + 2 {
		tracked.Touch(key("s"), fmt.Sprint(i))
	}
	if why := tracked.Begin(key("s"), set); len(why.Touched) != 0 || !why.Every {
		t.Errorf("%d touched, all %t", len(why.Touched), why.Every)
	}
}

func TestReferencesOfGenerators(t *testing.T) {
	set := generatorsOf(t, "refs", `
- scmProvider: {github: {organization: o, tokenRef: {secretName: token, key: k}}, values: {secretName: no}}
- matrix: {generators: [
    {pullRequest: {gitlab: {project: p, tokenRef: {secretName: lab, key: k}, caRef: {configMapName: ca, key: k}}}},
    {matrix: {generators: [{plugin: {configMapRef: {name: plugin}}}, {clusterDecisionResource: {configMapRef: placement}}]}}]}
- pullRequest: {github: {owner: o, repo: r, appSecretName: app}}
- list: {elements: [{secretName: no}]}
`)
	set.Namespace = "team"
	got := referencesOf(set, "argocd")
	want := []reference{
		{secretKind, "team", "token"}, {secretKind, "team", "lab"}, {configMapKind, "team", "ca"},
		{configMapKind, "argocd", "plugin"}, {configMapKind, "argocd", "placement"}, {secretKind, "team", "app"},
	}
	if len(got) != len(want) {
		t.Errorf("references %v", got)
	}
	for _, ref := range want {
		if !slices.Contains(got, ref) {
			t.Errorf("%v is missing among %v", ref, got)
		}
	}
	tracked := NewTracker("argocd")
	tracked.Begin(key("refs"), set)
	if sets := tracked.Referring(secretKind, "team", "token"); len(sets) != 1 || !tracked.Begin(key("refs"), set).Anew {
		t.Errorf("a token's change concerns %v", sets)
	}
	if sets := tracked.Referring(secretKind, "argocd", "token"); len(sets) != 0 {
		t.Errorf("another namespace's token concerns %v", sets)
	}
}
