package applicationset

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
)

// host lists the open pull requests of the label that a question names, and of
// "" where it names none.
type host map[string][]int64

func (h host) For(time.Duration) inputs.Answerer { return h }

func (h host) Answer(_ context.Context, q generators.Question) (*generators.Answer, error) {
	out := &generators.Answer{}
	for label, open := range h {
		if label != "" && !strings.Contains(q.Spec, `"`+label+`"`) || label == "" && strings.Contains(q.Spec, "labels") {
			continue
		}
		for _, n := range open {
			out.PullRequests = append(out.PullRequests, generators.PullRequest{Number: n, Branch: fmt.Sprint("b", n)})
		}
	}
	return out, nil
}

func numbers(from, to int64) []int64 {
	var out []int64
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

// fleetOf are clusters of these names.
type fleetOf []string

func (*fleetOf) Changed(client.Object) {}

func (f *fleetOf) Inventory(context.Context) (*clusters.Inventory, error) {
	var list []clusters.Cluster
	for _, name := range *f {
		list = append(list, clusters.Cluster{Name: name, Server: "https://" + name, Labels: map[string]string{"env": "preview"}})
	}
	return clusters.NewInventory(list)
}

// previews is a set of pull requests.
func previews(t *testing.T, name, generators string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := aSet(t, "list", generators)
	set.Spec.Template = listSet(t, 0).Spec.Template
	set.Spec.Template.Name = name
	return set
}

// become looks at the set again after these generators have replaced its own.
func (w *world) become(t *testing.T, generators []v1alpha1.ApplicationSetGenerator) {
	t.Helper()
	set := w.set(t, "list")
	set.Spec.Generators = generators
	set.Generation++
	if err := w.Client.Update(t.Context(), set); err != nil {
		t.Fatal(err)
	}
	w.lookAnew(t)
}

func (w *world) lookAnew(t *testing.T) {
	t.Helper()
	w.tracker.Note(key("list"), wake.Whole)
	w.see(t, "list")
}

// left is how many Applications are not on their way out.
func (w *world) left(t *testing.T) int {
	t.Helper()
	var list v1alpha1.ApplicationList
	if err := w.Client.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	return len(slices.DeleteFunc(list.Items, func(app v1alpha1.Application) bool { return !app.DeletionTimestamp.IsZero() }))
}

func TestAClosedPullRequestIsNoLoss(t *testing.T) {
	answers := host{"": numbers(1, 60)}
	w := newWorld(t, previews(t, "pr-{{number}}", `[{pullRequest: {github: {owner: o, repo: r}}}]`))
	w.Questions = answers
	w.see(t, "list")
	answers[""] = numbers(58, 61)
	w.lookAnew(t)
	set := w.set(t, "list")
	if set.Status.DeletionsHeld != nil || set.Status.DeletionWindow != nil || w.left(t) != 4 {
		t.Errorf("%d left of 3 open and one new; held %+v, counted %+v", w.left(t), set.Status.DeletionsHeld, set.Status.DeletionWindow)
	}
}

// Whatever else takes the rows of open pull requests away is a loss.
func TestRowsOfOpenPullRequestsAreHeld(t *testing.T) {
	front := `{pullRequest: {github: {owner: o, repo: r, labels: [front]}}}`
	all := `[{pullRequest: {github: {owner: o, repo: r}}}]`
	perCluster := `[{matrix: {generators: [{clusters: {selector: {matchLabels: {env: preview}}}},
		{pullRequest: {github: {owner: o, repo: r, labels: ["{{name}}"]}}}]}}]`
	for name, tc := range map[string]struct {
		template, generators string
		lose                 func(t *testing.T, w *world, answers host, fleet *fleetOf)
	}{
		"two clusters lose their label": {"{{name}}-{{number}}", perCluster, func(t *testing.T, w *world, _ host, fleet *fleetOf) {
			*fleet = (*fleet)[:1]
			w.lookAnew(t)
		}},
		"one of two questions is answered empty": {
			"pr-{{number}}", `[` + front + `, {pullRequest: {github: {owner: o, repo: r, labels: [back]}}}]`,
			func(t *testing.T, w *world, answers host, _ *fleetOf) {
				delete(answers, "back")
				w.lookAnew(t)
			}},
		"a selector is mistyped": {"pr-{{number}}", all, func(t *testing.T, w *world, _ host, _ *fleetOf) {
			w.become(t, aSet(t, "x", `[{pullRequest: {github: {owner: o, repo: r}}, selector: {matchLabels: {branch: b1}}}]`).Spec.Generators)
		}},
		"the question asks for another label": {"pr-{{number}}", all, func(t *testing.T, w *world, _ host, _ *fleetOf) {
			w.become(t, aSet(t, "x", `[`+front+`]`).Spec.Generators)
		}},
		"an element that questions are made of is lost": {
			"pr-{{number}}", `[{matrix: {generators: [{list: {elements: [{l: back}, {l: front}]}}, {pullRequest: {github: {owner: o, repo: r, labels: ["{{l}}"]}}}]}}]`,
			func(t *testing.T, w *world, _ host, _ *fleetOf) {
				w.become(t, aSet(t, "x", `[{matrix: {generators: [{list: {elements: [{l: front}]}}, {pullRequest: {github: {owner: o, repo: r, labels: ["{{l}}"]}}}]}}]`).Spec.Generators)
			}},
	} {
		t.Run(name, func(t *testing.T) {
			answers := host{
				"": numbers(1, 60), "front": numbers(1, 5), "back": numbers(6, 60),
				"eu": numbers(1, 20), "us": numbers(21, 40), "ap": numbers(41, 60),
			}
			w := newWorld(t, previews(t, tc.template, tc.generators))
			fleet := &fleetOf{"eu", "us", "ap"}
			w.Questions, w.Inventory = answers, fleet
			if w.see(t, "list"); w.left(t) != 60 {
				t.Fatalf("%d applications", w.left(t))
			}
			tc.lose(t, w, answers, fleet)
			if hold := w.set(t, "list").Status.DeletionsHeld; hold == nil || w.left(t) != 60 {
				t.Errorf("%d of 60 are left, held %+v", w.left(t), hold)
			}
		})
	}
}

// An element that gives no name protects what may be its own; what is held
// waits for a person all the same.
func TestABadElementEndsNoHold(t *testing.T) {
	rows := func(n int, bad string) *v1alpha1.ApplicationSet {
		set := listSet(t, n)
		set.Spec.GoTemplate, set.Spec.GoTemplateOptions = true, []string{"missingkey=error"}
		set.Spec.Template.Name = "{{.name}}"
		set.Spec.Generators = append(set.Spec.Generators, aSet(t, "x", `[{list: {elements: [`+bad+`]}}]`).Spec.Generators...)
		return set
	}
	w := newWorld(t, rows(20, ""))
	w.see(t, "list")
	for _, step := range []struct {
		n    int
		bad  string
		held int32
	}{{12, "", 8}, {16, "", 4}, {16, "{other: x}", 4}, {16, "", 4}} {
		w.become(t, rows(step.n, step.bad).Spec.Generators)
		if hold := w.set(t, "list").Status.DeletionsHeld; hold == nil || hold.Count != step.held {
			t.Errorf("%+v: held %+v", step, hold)
		}
	}
	if n := w.left(t); n != 20 {
		t.Errorf("%d of 20 left", n)
	}
}
