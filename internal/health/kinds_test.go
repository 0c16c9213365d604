package health_test

import (
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/health"
)

func bare(gk schema.GroupKind, status any) *unstructured.Unstructured {
	fields := map[string]any{
		"apiVersion": strings.TrimPrefix(gk.Group+"/v1", "/"), "kind": gk.Kind,
		"metadata": map[string]any{"name": "one", "generation": int64(1)},
	}
	if status != nil {
		fields["status"] = status
	}
	return &unstructured.Unstructured{Object: fields}
}

// Where a controller must act, no status yet is not health.
func TestWithoutStatusAnObjectIsNotHealthyYet(t *testing.T) {
	atOnce := map[schema.GroupKind]bool{
		{Kind: "Service"}: true, // needs no controller unless a load balancer
		{Group: "argoproj.io", Kind: "CronWorkflow"}: true, // nothing to do before its time
	}
	for _, gk := range health.Kinds() {
		want := v1alpha1.HealthStatusProgressing
		if atOnce[gk] {
			want = v1alpha1.HealthStatusHealthy
		}
		if h := health.Of(bare(gk, nil)); h.Status != want {
			t.Errorf("%s without a status is %s (%s), want %s", gk, h.Status, h.Message, want)
		}
	}
}

// Whatever its kind and status say, an object on its way out is Progressing.
func TestDeletionComesFirst(t *testing.T) {
	for _, gk := range append(health.Kinds(), schema.GroupKind{Kind: "ConfigMap"}) {
		obj := bare(gk, map[string]any{"phase": "Failed"})
		obj.Object["metadata"].(map[string]any)["deletionTimestamp"] = "2026-01-01T00:00:00Z"
		if h := health.Of(obj); said(h) != "Progressing: pending deletion" {
			t.Errorf("%s that is being deleted is %s", gk, said(h))
		}
	}
}

// Every kind has cases of its own, and a row in the documentation.
func TestEveryKindIsShownAndDocumented(t *testing.T) {
	shown := map[schema.GroupKind]bool{}
	for _, file := range families(t) {
		for _, f := range fixtures(t, file) {
			for _, obj := range decode(t, f.manifest) {
				shown[obj.GroupVersionKind().GroupKind()] = true
			}
		}
	}
	doc, err := os.ReadFile("../../docs/health.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, gk := range health.Kinds() {
		if !shown[gk] && gk.Group != "extensions" {
			t.Errorf("no case of testdata shows %s", gk)
		}
		if !strings.Contains(string(doc), "`"+gk.String()+"`") {
			t.Errorf("docs/health.md has no row for %s", gk)
		}
	}
}
