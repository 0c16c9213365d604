package placement_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/placement"
)

const placements = `
apiVersion: v1
kind: ConfigMap
metadata: {name: ocm}
data: {apiVersion: cluster.example/v1, kind: placementdecisions, statusListKey: decisions, matchKey: clusterName}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: plain}
data: {apiVersion: cluster.example/v1, kind: placementdecisions}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: core}
data: {apiVersion: v1, kind: pods, matchKey: name}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: nokind}
data: {apiVersion: cluster.example/v1}
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: two, labels: {p: ai}}
status: {decisions: [{clusterName: us, score: 1000000}]}
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: one, labels: {p: ai}}
status: {decisions: [{clusterName: eu, score: 71.5, gpus: {h200: 8}}]}
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: undecided, labels: {p: none}}
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: nolist}
status: {phase: done}
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: nostatus}
status: broken
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: texts}
status: {decisions: [eu]}
---
apiVersion: cluster.example/v1
kind: PlacementDecision
metadata: {name: elsewhere, namespace: team, labels: {p: ai}}
status: {decisions: [{clusterName: ap}]}
`

func TestDecisionsOfAllMatchingObjectsInOrder(t *testing.T) {
	answer, err := ask(t, `{"configMapRef":"ocm","labelSelector":{"matchLabels":{"p":"ai"}}}`, "argocd", placement.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &generators.Answer{MatchKey: "clusterName", StatusListKey: "decisions", Decisions: []map[string]any{
		{"clusterName": "eu", "score": 71.5, "gpus": map[string]any{"h200": int64(8)}},
		{"clusterName": "us", "score": int64(1000000)},
	}}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Error(diff)
	}
	answer, err = ask(t, `{"configMapRef":"ocm","name":"two"}`, "team", placement.Options{Namespace: "argocd"})
	if err != nil || len(answer.Decisions) != 1 {
		t.Errorf("%v, %v", answer, err)
	}
	answer, err = ask(t, `{"configMapRef":"plain","name":"undecided"}`, "argocd", placement.Options{})
	if err != nil || len(answer.Decisions) != 0 || answer.MatchKey != "" || answer.StatusListKey != "clusters" {
		t.Errorf("%v, %v", answer, err)
	}
}

func TestWhatIsWrongWithAPlacementIsSaid(t *testing.T) {
	for spec, want := range map[string]string{
		`{"configMapRef":"nope","name":"one"}`:                                                        "configmap argocd/nope does not exist",
		`{"configMapRef":"nope","name":"one","labelSelector":{"matchLabels":{"p":"ai"}}}`:             "both name and labelSelector are given",
		`{"configMapRef":"ocm"}`:                                                                      "neither name nor labelSelector is given",
		`{"configMapRef":"core","name":"x"}`:                                                          `configmap argocd/core: apiVersion is "v1"; want group/version`,
		`{"configMapRef":"nokind","name":"x"}`:                                                        "configmap argocd/nokind: kind is empty",
		`{"configMapRef":"ocm","name":"gone"}`:                                                        "none of the placementdecisions of cluster.example/v1 in namespace argocd is named gone",
		`{"configMapRef":"ocm","labelSelector":{"matchLabels":{"p":"x"}}}`:                            "carries the labels p=x",
		`{"configMapRef":"ocm","name":"nolist"}`:                                                      "placementdecision argocd/nolist: status.decisions is no list",
		`{"configMapRef":"ocm","name":"nostatus"}`:                                                    "status.decisions is no list",
		`{"configMapRef":"ocm","name":"texts"}`:                                                       "placementdecision argocd/texts: status.decisions[0] is no object",
		`{"configMapRef":"ocm","labelSelector":{"matchExpressions":[{"key":"p","operator":"Near"}]}}`: "Near",
	} {
		if answer, err := ask(t, spec, "argocd", placement.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %s", spec, answer, err, want)
		}
	}
}

func ask(t *testing.T, spec, namespace string, opts placement.Options) (*generators.Answer, error) {
	t.Helper()
	o, err := objects.FromYAML("argocd", []byte(placements))
	if err != nil {
		t.Fatal(err)
	}
	q := generators.Question{Kind: "clusterDecisionResource", Namespace: namespace, Spec: spec}
	return placement.New(o, opts).Answer(context.Background(), q)
}
