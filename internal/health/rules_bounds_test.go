package health_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/internal/health"
)

// What could cost without bound is refused when it is compiled.
func TestCostlyRulesAreRefused(t *testing.T) {
	rule := func(when string) string { return fmt.Sprintf("[{when: %q, status: Healthy}]", when) }
	cases := map[string]struct{ value, reason string }{
		"a pattern of the object":        {rule("object.spec.a.matches(object.spec.b)"), "must be written out"},
		"a pattern put together":         {rule("object.spec.a.matches('a' + 'b')"), "must be written out"},
		"a pattern that does not parse":  {rule("object.spec.a.matches('(')"), "missing closing )"},
		"a pattern that is a bomb":       {rule("object.spec.a.matches('a{500}b{500}')"), "instructions"},
		"a long expression":              {rule("true" + strings.Repeat(" && true", 1000)), ""},
		"a deep expression":              {rule(strings.Repeat("(", 100) + "true" + strings.Repeat(")", 100)), ""},
		"a pattern that nests":           {rule("object.spec.a.matches('((a{100}){10}){10}')"), "invalid repeat count"},
		"nested loops":                   {rule("object.a.all(x, object.a.all(y, object.a.all(z, x != y)))"), "nesting"},
		"functions beyond the standard":  {rule("object.spec.a.replace('', 'xxxx') == ''"), "undeclared reference"},
		"a variable beyond object":       {rule("now > object.spec.a"), "undeclared reference"},
		"too many rules":                 {"[" + strings.Repeat("{when: true, status: Healthy},", health.MaxRulesPerKind+1) + "]", "at most"},
		"too long a value":               {strings.Repeat("#\n", health.MaxRuleBytes), "too many"},
		"an alias bomb":                  {"a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]", "list of rules"},
		"a key of a mapping given twice": {"- {when: true, when: false, status: Healthy}", "already set"},
	}
	for name, c := range cases {
		_, errs := health.ParseRules(map[string]string{"example.com_Widget": c.value})
		if len(errs) != 1 || !strings.Contains(errs[0].Error(), c.reason) || len(errs[0].Error()) > 2*health.MaxMessage {
			t.Errorf("%s: %v", name, errs)
		}
	}
	many := map[string]string{}
	for i := range health.MaxRules + 2 {
		many[fmt.Sprintf("example.com_Kind%d", i)] = "[{when: true, status: Healthy}]"
	}
	if _, errs := health.ParseRules(many); len(errs) != 2 {
		t.Errorf("two rules too many give %d errors", len(errs))
	}
}

// big is a widget with a long list.
func big(n int) *unstructured.Unstructured {
	items := make([]any, n)
	for i := range items {
		items[i] = strings.Repeat("a", 100)
	}
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "example.com/v1", "kind": "Widget", "status": map[string]any{"items": items}}}
}

// What costs too much on an object ends, and says so.
func TestEvaluationIsBounded(t *testing.T) {
	for name, when := range map[string]string{
		"loop within loop":  "object.status.items.all(x, object.status.items.all(y, x == y))",
		"pattern in a loop": "object.status.items.all(x, x.matches('^(a|aa)+$'))",
		"growing text":      "size(object.status.items.map(x, x + x + x + x + x + x + x + x)) > 0",
	} {
		rules := rulesFor(t, map[string]string{"example.com_Widget": fmt.Sprintf("[{when: %q, status: Healthy}]", when)})
		if got := said(rules.Of(big(10))); got != "Healthy" {
			t.Errorf("%s over a few: %s", name, got)
		}
		if got := said(rules.Of(big(5000))); !strings.HasPrefix(got, "Unknown: health rule 1 of example.com_Widget cannot be evaluated") || !strings.Contains(got, "cost limit exceeded") {
			t.Errorf("%s over many: %s", name, got)
		}
	}
}

// Rules are shared by goroutines and change no object.
func TestRulesAreSharedAndReadOnly(t *testing.T) {
	rules := rulesFor(t, map[string]string{"example.com_Widget": widgetRules})
	obj := one(t, "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one}\nspec: {teeth: 1}\nstatus: {state: Ready, teeth: 1}")
	before := fmt.Sprint(obj.Object)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				if got := said(rules.Of(obj)); got != "Healthy" {
					t.Errorf("it is %s", got)
				}
			}
		})
	}
	group.Wait()
	if after := fmt.Sprint(obj.Object); after != before {
		t.Errorf("the object became %s", after)
	}
}
