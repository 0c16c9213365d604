package health_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/internal/health"
)

// rulesFor compiles rules that are in order.
func rulesFor(t testing.TB, data map[string]string) *health.Rules {
	t.Helper()
	rules, errs := health.ParseRules(data)
	if len(errs) > 0 {
		t.Fatalf("rules that are in order: %v", errs)
	}
	return rules
}

const widgetRules = `
- when: object.status.state == 'Broken'
  status: Degraded
  message: "'widget is broken: ' + object.status.reason"
- when: object.spec.?parked.orValue(false)
  status: Suspended
  message: "'waiting for spec.parked to be taken off'"
- when: object.status.conditions.exists(c, c.type == 'Turning' && c.status == 'True')
  status: Progressing
- when: object.status.teeth >= object.spec.teeth && object.status.state.matches('^(Ready|[D]{1}one)$')
  status: Healthy
`

func TestRulesDecideInTheirOrder(t *testing.T) {
	rules := rulesFor(t, map[string]string{"example.com_Widget": widgetRules})
	cases := map[string]struct{ fields, want string }{
		"first":             {"spec: {teeth: 3, parked: true}\nstatus: {state: Broken, reason: rust}", "Degraded: widget is broken: rust"},
		"second":            {"spec: {teeth: 3, parked: true}\nstatus: {state: Ready, teeth: 3}", "Suspended: waiting for spec.parked to be taken off"},
		"without a message": {"spec: {teeth: 3}\nstatus: {conditions: [{type: Turning, status: 'True'}]}", "Progressing: health rule 3 of example.com_Widget holds: object.status.conditions.exists(c, c.type == 'Turning' && c.status == 'True')"},
		"last":              {"spec: {teeth: 3}\nstatus: {state: Done, teeth: 3}", "Healthy"},
		"none, no status":   {"spec: {teeth: 3}", "Progressing: waiting for one of the 4 health rules of example.com_Widget to hold"},
		"none holds":        {"spec: {teeth: 3}\nstatus: {state: Ready, teeth: 2}", "Progressing: waiting for one of the 4 health rules of example.com_Widget to hold"},
		"message needs what is not there": {"spec: {teeth: 3}\nstatus: {state: Broken}",
			"Degraded: health rule 1 of example.com_Widget holds; its message cannot be made: no such key: reason"},
		"a wrong type": {"spec: {teeth: three}\nstatus: {state: Ready, teeth: 3}",
			"Unknown: health rule 4 of example.com_Widget cannot be evaluated: no such overload"},
		"the convention answers": {"status: {conditions: [{type: Stalled, status: 'True', message: no cog}]}", "Degraded: no cog"},
	}
	for name, c := range cases {
		for decoder, obj := range decode(t, []byte("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\n"+c.fields)) {
			if got := said(rules.Of(obj)); got != c.want {
				t.Errorf("%s, decoded with %s:\n got %s\nwant %s", name, decoder, got, c.want)
			}
		}
	}
}

func TestRulesComeBeforeBuiltInOnes(t *testing.T) {
	rules := rulesFor(t, map[string]string{"apps_Deployment": `[{when: "object.metadata.?labels[?'frozen'].orValue('') == 'yes'", status: Suspended}]`})
	deployment := func(metadata string) string {
		return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {" + metadata + "}\nspec: {replicas: 0}\nstatus: {observedGeneration: 2}"
	}
	cases := map[string]string{
		"name: one":                          "Healthy",
		"name: one, labels: {frozen: 'yes'}": "Suspended: health rule 1 of apps_Deployment holds: object.metadata.?labels[?'frozen'].orValue('') == 'yes'",
		"name: one, labels: {frozen: 'yes'}, generation: 3":        "Progressing: waiting for the controller to observe the latest spec",
		"name: one, deletionTimestamp: '2026-01-01T00:00:00Z'":     "Progressing: pending deletion",
		"name: one, labels: {frozen: 'no'}, generation: 2":         "Healthy",
		"name: one, labels: {frozen: 'yes'}, namespace: elsewhere": "Suspended: health rule 1 of apps_Deployment holds: object.metadata.?labels[?'frozen'].orValue('') == 'yes'",
	}
	for metadata, want := range cases {
		if got := said(rules.Of(one(t, deployment(metadata)))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", metadata, got, want)
		}
	}
	if got := said(rules.Of(one(t, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}"))); got != "none" {
		t.Errorf("a kind without rules is %s", got)
	}
}

// A status of an older spec is not judged, unless the rule says that it may be
// or the controller is known not to keep count.
func TestRulesWaitForTheController(t *testing.T) {
	rules := rulesFor(t, map[string]string{
		"example.com_Widget": `[{when: true, status: Healthy}]`,
		"example.com_Gadget": `[{when: "object.status.broken", status: Degraded, stale: true}, {when: true, status: Healthy}]`,
		"ray.io_RayCluster":  `[{when: true, status: Healthy}]`,
	})
	const older = "\nmetadata: {name: one, generation: 4}\nstatus: {observedGeneration: 3, broken: true}"
	cases := map[string]string{
		"apiVersion: example.com/v1\nkind: Widget": "Progressing: waiting for the controller to observe generation 4; it has seen 3",
		"apiVersion: example.com/v1\nkind: Gadget": "Degraded: health rule 1 of example.com_Gadget holds: object.status.broken",
		"apiVersion: ray.io/v1\nkind: RayCluster":  "Healthy",
	}
	for kind, want := range cases {
		if got := said(rules.Of(one(t, kind+older))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", kind, got, want)
		}
	}
}

// What cannot be used is named with key, rule and position; the rest holds.
func TestBrokenRulesAreNamedAndLeftOut(t *testing.T) {
	rules, errs := health.ParseRules(map[string]string{
		"example.com_Widget": "- when: object.status.ok\n  status: Healthy\n" +
			"- when: |\n    object.status.a &&\n      objekt.status.b\n  status: Degraded\n" +
			"- {when: true, status: Splendid}\n" +
			"- {when: true, status: Missing}\n" +
			"- {when: object.status.sick, status: Degraded, message: \"'sick'\"}\n" +
			"- {when: \"1 + 1\", status: Healthy}\n" +
			"- {when: true, status: Healthy, message: \"size('x')\"}\n" +
			"- {status: Healthy}\n" +
			"- {when: true, status: Healthy, colour: red}\n" +
			"- {when: true, status: Healthy}\n",
		"example.com_Gadget":  "- {when: true, status: Healthy}",
		"example.com_Broken":  "when: true",
		"example.com_Useless": "[{when: here, status: Healthy}]",
		"example.com_widget":  "[]",
		"_Pod":                "[]",
		"Secret":              "- {when: true, status: Healthy, message: object.data.password}",
		"tabs.com_Tab":        "-\twhen: {",
	})
	want := []string{
		"health rules Secret: a Secret has no health",
		"health rules _Pod: key is not group_Kind",
		"health rules example.com_Broken: is not a list of rules",
		"health rules example.com_Useless, rule 1, when, line 1 column 1: undeclared reference to 'here'",
		"health rules example.com_Widget, rule 2, when, line 2 column 3: undeclared reference to 'objekt'",
		`health rules example.com_Widget, rule 3: status "Splendid" is none of`,
		`health rules example.com_Widget, rule 4: status "Missing" is none of`,
		"health rules example.com_Widget, rule 6, when, line 1 column 1: is a int, not a bool",
		"health rules example.com_Widget, rule 7, message, line 1 column 1: is a int, not a string",
		"health rules example.com_Widget, rule 8, when: is missing",
		`health rules example.com_Widget, rule 9: unknown field "colour"`,
		"health rules example.com_widget: key is not group_Kind",
		"health rules tabs.com_Tab: is not a list of rules",
	}
	for i := range max(len(want), len(errs)) {
		switch {
		case i >= len(errs):
			t.Errorf("missing: %s", want[i])
		case i >= len(want) || !strings.HasPrefix(errs[i].Error(), want[i]):
			t.Errorf("error %d: %v", i, errs[i])
		}
	}
	cases := map[string]string{
		"apiVersion: example.com/v1\nkind: Gadget":                         "Healthy",
		"apiVersion: example.com/v1\nkind: Useless":                        "Unknown: none of the health rules of example.com_Useless compiles",
		"apiVersion: example.com/v1\nkind: Widget\nstatus: {ok: true}":     "Healthy",
		"apiVersion: example.com/v1\nkind: Widget\nstatus: {sick: true}":   "Degraded: sick",
		"apiVersion: example.com/v1\nkind: Widget\nstatus: {other: false}": "Unknown: health rule 10 of example.com_Widget says Healthy, but rule 9 before it does not compile",
	}
	for manifest, want := range cases {
		if got := said(rules.Of(one(t, manifest))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", manifest, got, want)
		}
	}
}

func TestLimitsComeWithTheRules(t *testing.T) {
	rules, errs := health.ParseRules(map[string]string{"timeouts": "default: 30m\nPod: 1h\nexample.com_Widget: 0s\nexample.com_widget: 1m\napps_Deployment: soon\nbatch_Job: -1s\nv_X: 10\n"})
	var keys []string
	for _, e := range errs {
		keys = append(keys, e.Key+"/"+e.Field)
	}
	if got, want := strings.Join(keys, " "), "timeouts/apps_Deployment timeouts/batch_Job timeouts/example.com_widget timeouts/v_X"; got != want {
		t.Errorf("errors of %s, want %s: %v", got, want, errs)
	}
	limits := rules.Limits()
	for gk, want := range map[schema.GroupKind]time.Duration{
		{Kind: "Service"}: 30 * time.Minute, {Kind: "Pod"}: time.Hour, widget: 0, workload: 0, {Group: "batch", Kind: "Job"}: 0,
	} {
		if got := limits.For(gk, progressing); got != want {
			t.Errorf("%s may progress for %s, want %s", gk, got, want)
		}
	}
	if _, errs := health.ParseRules(map[string]string{"timeouts": "- 10m"}); len(errs) != 1 {
		t.Errorf("a list of limits gives %v", errs)
	}
}

func TestDigestIsThatOfTheText(t *testing.T) {
	data := func() map[string]string {
		out := map[string]string{}
		for i := range 20 {
			out[fmt.Sprintf("example.com_Kind%d", i)] = "[]"
		}
		return out
	}
	first := rulesFor(t, data()).Digest()
	if second := rulesFor(t, data()).Digest(); first == "" || first != second {
		t.Errorf("equal data gives %q and %q", first, second)
	}
	seen := map[string]map[string]string{first: nil}
	for _, other := range []map[string]string{{"a.com_B": "[]\n"}, {"a.com_B": "[]"}, {"a.com_C": "[]"}, {"a.com_B": "[]", "a.com_C": "[]"}} {
		digest := rulesFor(t, other).Digest()
		if old, again := seen[digest]; again {
			t.Errorf("%v and %v have one digest", old, other)
		}
		seen[digest] = other
	}
	if got := rulesFor(t, nil).Digest(); got != "" {
		t.Errorf("no rules have the digest %s", got)
	}
}

// No rules at all: the built-in ones decide.
func TestNilRules(t *testing.T) {
	var rules *health.Rules
	obj := one(t, "apiVersion: v1\nkind: Service\nmetadata: {name: one}")
	if got := said(rules.Of(obj)); got != "Healthy" || rules.Digest() != "" || rules.Limits().For(widget, progressing) != 0 {
		t.Errorf("without rules: %s, %q, %v", got, rules.Digest(), rules.Limits())
	}
	if !rules.Has(workload) || rules.Has(widget) {
		t.Error("without rules, built-in kinds alone have health of their own")
	}
	if !rulesFor(t, map[string]string{"example.com_Widget": "[{when: true, status: Healthy}]"}).Has(widget) {
		t.Error("a kind with a rule has no health of its own")
	}
}

// A rule for child Applications goes before what they say of themselves.
func TestARuleJudgesChildApplications(t *testing.T) {
	obj := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": map[string]any{"name": "db"},
		"status": map[string]any{"health": map[string]any{"status": "Degraded", "message": "crash loop"}, "sync": map[string]any{"status": "OutOfSync"}},
	}}
	rules, errs := health.ParseRules(map[string]string{"argoproj.io_Application": "- {when: object.status.sync.status == 'OutOfSync', status: Progressing, message: \"'waiting for ' + object.metadata.name\"}"})
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if got := rules.Of(obj); got.Status != progressing || got.Message != "waiting for db" {
		t.Errorf("by the rule: %v", got)
	}
	obj.Object["status"].(map[string]any)["sync"] = map[string]any{"status": "Synced"}
	if got := rules.Of(obj); got.Status != degraded || got.Message != "crash loop" {
		t.Errorf("where the rule does not hold: %v", got)
	}
}
