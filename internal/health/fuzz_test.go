package health_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/health"
)

// FuzzOf judges arbitrary objects by the rule of each kind in turn, and by a
// rule of their own: none panics, messages are bounded, and the verdict is the
// same the second time.
func FuzzOf(f *testing.F) {
	seeded := map[schema.GroupKind]int{}
	for _, file := range families(f) {
		for _, fixture := range fixtures(f, file) {
			gk := one(f, string(fixture.manifest)).GroupVersionKind().GroupKind()
			if seeded[gk]++; seeded[gk] <= 2 {
				f.Add(fixture.manifest)
			}
		}
	}
	f.Add([]byte(`{"status": {"conditions": [null, 1, {"type": {}}], "replicas": 1e300}, "spec": [], "metadata": {"generation": "x", "annotations": 3}}`))
	ruled, errs := health.ParseRules(map[string]string{"apps_Deployment": `
- {when: "object.status.conditions.exists(c, c.type == 'Ready')", status: Degraded, message: "object.status.conditions[0].message"}
- {when: "object.spec.replicas > 3 && object.status.phase.matches('^a+b$')", status: Healthy}`})
	if len(errs) > 0 {
		f.Fatal(errs)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var fields map[string]any
		if len(data) > 1<<16 || yaml.Unmarshal(data, &fields) != nil || fields == nil {
			return
		}
		obj := &unstructured.Unstructured{Object: fields}
		judge := func() {
			h := health.Of(obj)
			if again := health.Of(obj); again != h || len(h.Message) > health.MaxMessage {
				t.Fatalf("%v, then %v", h, again)
			}
		}
		judge()
		for _, gk := range health.Kinds() {
			fields["apiVersion"], fields["kind"] = gk.Group+"/v1", gk.Kind
			judge()
		}
		fields["apiVersion"], fields["kind"] = "apps/v1", "Deployment"
		if h := ruled.Of(obj); len(h.Message) > health.MaxMessage || h.Status == "" {
			t.Fatalf("by its own rules it is %v", h)
		}
	})
}

// FuzzParseRules compiles arbitrary rules: none panics, every error names its
// key, and what compiles can be evaluated.
func FuzzParseRules(f *testing.F) {
	f.Add("example.com_Widget", widgetRules)
	f.Add("Pod", `[{when: "object.a.matches('a{9}')", status: Healthy, message: "string(object.b[0])", stale: true}]`)
	f.Add("timeouts", "default: 10m")
	f.Fuzz(func(t *testing.T, key, value string) {
		if len(value) > 1<<12 {
			return
		}
		rules, errs := health.ParseRules(map[string]string{key: value})
		for _, err := range errs {
			if err.Key != key || err.Reason == "" {
				t.Fatalf("%#v", err)
			}
		}
		for _, gk := range []schema.GroupKind{widget, {Kind: "Pod"}} {
			if h := rules.Of(bare(gk, map[string]any{"state": "Broken"})); len(h.Message) > health.MaxMessage {
				t.Fatalf("%v", h)
			}
		}
	})
}
