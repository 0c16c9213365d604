package outlook

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
)

// open answers with two pull requests, whatever is asked.
type open struct{}

func (open) Answer(context.Context, generators.Question) (*generators.Answer, error) {
	return &generators.Answer{PullRequests: []generators.PullRequest{{Number: 1}, {Number: 2}}}, nil
}

// closes says whether o lets the Application of a third pull request go as
// closed, though nothing else may be deleted.
func closes(o Outlook) bool {
	from := plan.PullSource(o.Rows[0].From)
	v := guard.Victim{Name: "pr-3", UID: "3", PullRequests: []string{"acme/web#3"}, From: from}
	return len(guard.Judge(guard.Input{Scope: "s", Size: 3, Victims: []guard.Victim{v}, Pulls: o.Pulls()}).Delete) == 1
}

func TestAnswersOfAnEarlierLookCloseNoPullRequest(t *testing.T) {
	set := aSet("s")
	if err := yaml.Unmarshal([]byte(`[{pullRequest: {github: {owner: acme, repo: web}}}]`), &set.Spec.Generators); err != nil {
		t.Fatal(err)
	}
	set.Spec.Template.Name = "pr-{{number}}"
	set.Spec.Template.Spec.Project = "default"
	e, err := New(inputs.Options{}, func() time.Time { return time.Unix(1000, 0) }, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	from := From{Providers: inputs.Providers{Questions: open{}}, All: true}
	first, err := e.Expand(t.Context(), set, wake.Cause{Whole: true}, from)
	if err != nil || len(first.Rows) != 2 || !closes(first) {
		t.Fatalf("%d rows; nothing has closed for a look that asked: %v", len(first.Rows), err)
	}
	e.Put(client.ObjectKeyFromObject(set), first.State)
	second, err := e.Expand(t.Context(), set, wake.Cause{Touched: map[string]bool{"pr-1": true}}, from)
	if err != nil || len(second.Rows) != 2 || second.State != first.State || closes(second) {
		t.Errorf("%d rows; closed by what nobody asked in this look: %v", len(second.Rows), err)
	}
}
