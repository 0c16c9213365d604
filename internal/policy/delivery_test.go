package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/policy"
)

func TestDeliveryAsksOfNamespaceSourceAndDestination(t *testing.T) {
	p := project("https://ok/*")
	p.Namespace = "argocd"
	p.Spec.Destinations = []dest{{Name: "elsewhere", Namespace: "*"}}
	app := from("https://a/x")
	app.Name, app.Namespace = "web", "team"
	var fields []string
	violations := policy.Delivery(p, app, paris)
	for _, v := range violations {
		fields = append(fields, v.Field)
	}
	if got := strings.Join(fields, " "); got != "spec.sourceNamespaces spec.sourceRepos spec.destinations" {
		t.Errorf("got %s", got)
	}
	text := policy.Refusal(app, violations)
	if !strings.HasPrefix(text, "application web: project ") || strings.Count(text, "project ") < 3 || policy.Refusal(app, nil) != "" {
		t.Errorf("got %q", text)
	}
	if got := policy.Delivery(nil, app, paris); len(got) != 1 {
		t.Errorf("without a project: %v", got)
	}
}

func TestARefusedObjectIsNamedAsInArgoCD(t *testing.T) {
	p := project("*")
	p.Name = "edge"
	p.Spec.Destinations = []dest{{Name: "elsewhere", Namespace: "*"}}
	p.Spec.NamespaceResourceBlacklist = kinds{{Group: "apps", Kind: "Deployment"}}
	for want, r := range map[string]policy.Resource{
		"resource apps:Deployment is not permitted in project edge: spec.namespaceResourceBlacklist[0]": {Group: "apps", Kind: "Deployment", Name: "x", Namespace: "y", Namespaced: true},
		"namespace y is not permitted in project 'edge': ConfigMap y/x: spec.destinations":              {Kind: "ConfigMap", Name: "x", Namespace: "y", Namespaced: true},
		"resource :Namespace is not permitted in project edge: spec.clusterResourceWhitelist":           {Kind: "Namespace", Name: "x"},
	} {
		v, ok := policy.Object(p, r, paris).(policy.Violation)
		if !ok {
			t.Fatalf("%s is permitted", r)
		}
		if got := policy.Refused(p, r, v); !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestWhenAClosedWindowOpens(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, time.July, 15, hour, 0, 0, 0, time.UTC) }
	manual := everywhere("allow", "0 20 * * *", "1h", "")
	manual.ManualSync = true
	// An hour of deny within the allowed one: the first change does not open it.
	table := timetable(everywhere("allow", "0 14 * * *", "3h", ""), everywhere("deny", "0 14 * * *", "1h", ""))
	if got := table.Opens(false, noon); !got.Equal(at(15)) {
		t.Errorf("opens %s, want %s", got, at(15))
	}
	if got := timetable(manual).Opens(false, noon); !got.Equal(at(20)) {
		t.Errorf("opens %s, want %s", got, at(20))
	}
	if got := timetable(everywhere("allow", "nonsense", "1h", "")).Opens(false, noon); !got.IsZero() {
		t.Errorf("an unreadable window opens %s", got)
	}
	if got := timetable(everywhere("deny", "0 0 * * *", "24h", "")).Opens(false, noon); !got.IsZero() {
		t.Errorf("a window that never ends opens %s", got)
	}
}
