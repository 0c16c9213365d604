package clusters

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

const stream = `
apiVersion: v1
kind: Secret
metadata: {name: a, labels: {argocd.argoproj.io/secret-type: cluster, env: prod}, annotations: {site: Oslo}}
data: {name: b2xk, server: aHR0cHM6Ly9h}
stringData: {name: Edge_A, project: edge}
---
# nothing here
---
apiVersion: v1
kind: Secret
metadata: {name: repository, labels: {argocd.argoproj.io/secret-type: repository}}
---
apiVersion: v1
kind: Secret
metadata: {name: far, namespace: elsewhere, labels: {argocd.argoproj.io/secret-type: cluster}}
stringData: {name: far, server: https://far}
---
apiVersion: fairlead.dev/v1alpha1
kind: Cluster
metadata: {name: tokyo, labels: {env: dev}}
status: {kubernetesVersion: v1.36.3, nodes: 3, gpus: 8}
---
{"apiVersion": "v1", "kind": "List", "items": [
  {"apiVersion": "fairlead.dev/v1alpha1", "kind": "Cluster", "metadata": {"name": "own"}, "spec": {"server": "https://own"}}]}
`

func TestDecode(t *testing.T) {
	got, err := Decode([]byte(stream), "argocd")
	if err != nil {
		t.Fatal(err)
	}
	want := []Cluster{{
		Name: "Edge_A", Server: "https://a", Project: "edge",
		Labels:      map[string]string{SecretTypeLabel: "cluster", "env": "prod"},
		Annotations: map[string]string{"site": "Oslo"},
		Secret:      true,
		Origin:      "secret argocd/a",
	}, {
		Name: "tokyo", Server: "https://tokyo.clusters.fairlead.dev",
		Labels: map[string]string{"env": "dev"},
		Facts:  map[string]any{"kubernetesVersion": "v1.36.3", "nodes": int64(3), "gpus": int64(8)},
		Origin: "cluster argocd/tokyo",
	}, {
		Name: "own", Server: "https://own", Origin: "cluster argocd/own",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeNamesTheBadDocument(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: v1\nkind: ConfigMap\n":                             "v1 ConfigMap declares no cluster",
		stream + "---\n{kind: ":                                         "document 7",
		`{"apiVersion": "v1", "kind": "List", "items": [{"kind":"X"}]}`: "items[0]",
	} {
		_, err := Decode([]byte(text), "argocd")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

// Row B8 of the bad inputs.
func TestTwoClustersOfOneNameAreRefused(t *testing.T) {
	_, err := NewInventory([]Cluster{{Name: "a", Origin: "secret argocd/x"}, {Name: "a", Origin: "cluster argocd/a"}})
	if err == nil || !strings.Contains(err.Error(), "secret argocd/x") || !strings.Contains(err.Error(), "cluster argocd/a") {
		t.Errorf("want an error that names both objects, got %v", err)
	}
}

func TestInventory(t *testing.T) {
	inv, err := NewInventory([]Cluster{{Name: "b", Server: "https://b"}, {Name: "a", Server: "https://b"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(inv.All()); !cmp.Equal(got, []string{"a", "b", "in-cluster"}) {
		t.Errorf("clusters %v", got)
	}
	if c, ok := inv.ByName("in-cluster"); !ok || !c.Implicit {
		t.Errorf("in-cluster: %v", c)
	}
	for _, declared := range []Cluster{{Name: "hub", Server: "https://kubernetes.default.svc"}, {Name: "in-cluster", Server: "https://x"}} {
		inv, err := NewInventory([]Cluster{declared})
		if err != nil || len(inv.All()) != 1 {
			t.Errorf("%v: %v, %v", declared, inv.All(), err)
		}
	}
	var none *Inventory
	if _, ok := none.ByName("a"); ok || none.All() != nil || none.Select(Selector{empty: true}) != nil {
		t.Error("a nil inventory is not empty")
	}
}

func TestSelector(t *testing.T) {
	inv, err := NewInventory([]Cluster{
		{Name: "a", Labels: map[string]string{"env": "prod"}},
		{Name: "b", Labels: map[string]string{"env": "dev"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why      string
		selector metav1.LabelSelector
		want     []string
	}{
		{"empty reaches the implicit cluster too", metav1.LabelSelector{}, []string{"a", "b", "in-cluster"}},
		{"a label", metav1.LabelSelector{MatchLabels: map[string]string{"env": "prod"}}, []string{"a"}},
		{"the implicit cluster has no labels, not even missing ones", metav1.LabelSelector{
			MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "x", Operator: metav1.LabelSelectorOpDoesNotExist}},
		}, []string{"a", "b"}},
		{"every declared cluster is of the secret type", metav1.LabelSelector{
			MatchLabels: map[string]string{SecretTypeLabel: SecretTypeCluster},
		}, []string{"a", "b"}},
	} {
		s, err := NewSelector(c.selector)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, found := range inv.Select(s) {
			got = append(got, found.Name)
		}
		if !cmp.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.why, got, c.want)
		}
	}
}

func TestOrderOfClustersDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfDistinct(rapid.StringMatching(`[a-z]{1,4}`), rapid.ID[string]).Draw(t, "names")
		var forward, shuffled []Cluster
		for _, name := range list {
			forward = append(forward, Cluster{Name: name, Server: "https://same"})
		}
		for _, i := range rapid.Permutation(indexes(len(list))).Draw(t, "order") {
			shuffled = append(shuffled, forward[i])
		}
		a, errA := NewInventory(forward)
		b, errB := NewInventory(shuffled)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if diff := cmp.Diff(a.All(), b.All()); diff != "" {
			t.Fatal(diff)
		}
	})
}

// Argo CD sets the label itself, so what a set writes there changes nothing;
// an expression on it counts.
func TestSelectorOverridesTheSecretType(t *testing.T) {
	c := &Cluster{Name: "a", Labels: map[string]string{SecretTypeLabel: SecretTypeCluster, "env": "prod"}}
	for _, tc := range []struct {
		selector metav1.LabelSelector
		want     bool
	}{
		{metav1.LabelSelector{MatchLabels: map[string]string{SecretTypeLabel: "repository"}}, true},
		{metav1.LabelSelector{MatchLabels: map[string]string{SecretTypeLabel: "repository", "env": "dev"}}, false},
		{metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{
			Key: SecretTypeLabel, Operator: metav1.LabelSelectorOpIn, Values: []string{"repository"}}}}, false},
	} {
		compiled, err := NewSelector(tc.selector)
		if err != nil || compiled.Matches(c) != tc.want || compiled.Matches(&Cluster{Implicit: true}) {
			t.Errorf("%v: matches %v, want %v, %v", tc.selector, compiled.Matches(c), tc.want, err)
		}
	}
}

func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "a", "US_East.Hub": "us-east.hub", "--..x..--": "x", "ü-b": "b", "a..b": "a..b",
		strings.Repeat("a", 300): strings.Repeat("a", 253), strings.Repeat("a", 252) + "-b": strings.Repeat("a", 252),
	} {
		if got := NormalizeName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func names(list []Cluster) (out []string) {
	for _, c := range list {
		out = append(out, c.Name)
	}
	return out
}

func indexes(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
