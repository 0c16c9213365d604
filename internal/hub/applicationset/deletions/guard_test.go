package deletions

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// pulls are Applications of set, one for each pull request from..to of a
// repository.
func pulls(set *v1alpha1.ApplicationSet, prefix, repository string, from, to int) []*v1alpha1.Application {
	var out []*v1alpha1.Application
	for n := from; n <= to; n++ {
		app := made(set, fmt.Sprintf("%s-%d", prefix, n), fmt.Sprintf("%s#%d", repository, n))
		app.CreationTimestamp = metav1.Time{}
		out = append(out, app)
	}
	return out
}

func numbersOf(repository string, from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, fmt.Sprintf("%s#%d", repository, n))
	}
	return out
}

// answered are hosts that list these pull requests, each of which gives a row.
func answered(open []string) guard.Pulls {
	var out guard.Pulls
	lists := map[string][]string{}
	for _, pull := range open {
		from := originOf(pull)
		lists[from.Question] = append(lists[from.Question], pull)
		out.Row(plan.PullSource(from))
	}
	for question, list := range lists {
		out.Answer(question, list)
	}
	return out
}

// judge has the guard judge these deletions, while these pull requests are
// listed, and says how many go.
func (w *world) judge(t *testing.T, wanted []*v1alpha1.Application, open []string, gives func(string) bool) int {
	t.Helper()
	todo := plan.Plan{Delete: slices.Clone(wanted)}
	ruling, err := w.Judge(t.Context(), w.set(t, "set"), &todo, Look{Gives: gives, Pulls: func() guard.Pulls { return answered(open) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(ruling) != len(todo.Delete) {
		t.Errorf("%d rulings for %d", len(ruling), len(todo.Delete))
	}
	return len(todo.Delete)
}

func TestOnlyClosedPullRequestsAreExempt(t *testing.T) {
	set := aSet("s")
	fifty := numbersOf("o/a", 1, 50)
	type round struct {
		lose []*v1alpha1.Application
		open []string
		goes int
	}
	a, b := pulls(set, "a", "o/a", 1, 50), pulls(set, "b", "o/b", 1, 1)
	renamed := pulls(set, "new", "o/a", 1, 50)
	second := pulls(set, "a2", "o/a", 1, 50)
	for name, tc := range map[string]struct {
		there  []*v1alpha1.Application
		rounds []round
	}{
		"they close": {a, []round{{a[:49], fifty[49:], 49}}},
		"they are renamed": {slices.Concat(a, renamed), []round{
			{a, fifty, 0}, {a, fifty, 0},
		}},
		"half of the clusters are lost":        {slices.Concat(a, second), []round{{second, fifty, 0}}},
		"one host answers empty, one does not": {slices.Concat(a, b), []round{{a, []string{"o/b#1"}, 0}}},
		"a host answers empty, then another opens": {a, []round{
			{a, nil, 0}, {a, []string{"o/a#51"}, 0},
		}},
		"the last of few": {b, []round{{b, nil, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			there := make([]*v1alpha1.Application, len(tc.there))
			for i, app := range tc.there {
				app.UID, there[i] = types.UID(app.Name), app.DeepCopy()
			}
			w := newWorld(t, aSet("s"), there...)
			for i, r := range tc.rounds {
				if n := w.judge(t, r.lose, r.open, nil); n != r.goes {
					t.Errorf("round %d: %d of %d go, want %d", i, n, len(r.lose), r.goes)
				}
			}
		})
	}
}

// many are n Applications of a set.
func many(set *v1alpha1.ApplicationSet, n int) []*v1alpha1.Application {
	out := make([]*v1alpha1.Application, n)
	for i := range out {
		out[i] = made(set, fmt.Sprintf("app-%02d", i), "")
		out[i].UID = types.UID(out[i].Name)
	}
	return out
}

func TestALookAtSomeRowsForgetsWhoHasGone(t *testing.T) {
	set := aSet("s")
	apps := many(set, 20)
	w := newWorld(t, set, apps...)
	if n := w.judge(t, apps[:3], nil, nil); n != 3 {
		t.Fatalf("%d go", n)
	}
	first := w.app(t, apps[0].Name)
	first.Finalizers = nil
	if err := w.Client.Update(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if err := w.Client.Delete(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	given := func(name string) bool { return name != apps[1].Name } // 2 is wanted again
	w.judge(t, nil, nil, given)
	let := w.set(t, "set").Status.DeletionWindow
	w.judge(t, apps[2:3], nil, given) // and lost again
	if again := w.set(t, "set").Status.DeletionWindow; again.Losses[0].Count != 4 || let.Losses[0].Count != 3 {
		t.Errorf("losses %+v, then %+v", let, again)
	}
	w.judge(t, nil, nil, func(string) bool { return true })
	if w := w.set(t, "set").Status.DeletionWindow; len(w.Going) != 0 {
		t.Errorf("remembered: %v", w.Going)
	}
	if w.concerned(w.set(t, "set"), &plan.Plan{}) {
		t.Error("the guard looks further after a set of which nothing is left to go")
	}
}

func TestAnApprovalOfSomethingElseIsTakenOff(t *testing.T) {
	set := aSet("s")
	set.Namespace = "argocd"
	apps := many(set, 20)
	w := newWorld(t, set, apps...)
	w.judge(t, apps[:8], nil, nil)
	eight := w.set(t, "set").Status.DeletionsHeld.Digest
	w.judge(t, apps[:9], nil, nil)
	stale := w.set(t, "set")
	stale.Annotations = map[string]string{v1alpha1.AnnotationApproveDeletions: eight, "mine": "stays"}
	if err := w.Client.Update(t.Context(), stale); err != nil {
		t.Fatal(err)
	}
	w.judge(t, apps[:9], nil, nil)
	is := w.set(t, "set")
	if is.Annotations[v1alpha1.AnnotationApproveDeletions] != "" || is.Annotations["mine"] == "" || is.Status.DeletionsHeld.Count != 9 {
		t.Errorf("annotations %v, %+v", is.Annotations, is.Status.DeletionsHeld)
	}
	if n := w.judge(t, apps[:8], nil, nil); n != 0 {
		t.Errorf("%d go on an old approval", n)
	}
	if last := (*w.events)[len(*w.events)-2]; !strings.HasPrefix(last, "DeletionsNotApproved: ") {
		t.Errorf("events %v", *w.events)
	}
	message := fmt.Sprint(w.set(t, "set").Status.Conditions)
	if !strings.Contains(message, "fairlead approve set -n argocd --digest "+eight) || !strings.Contains(message, "fairlead keep set -n argocd") {
		t.Error(message)
	}
}

func TestTheEndOfAHoldSaysWhy(t *testing.T) {
	for want, end := range map[string]func(t *testing.T, w *world, apps []*v1alpha1.Application){
		"not to be deleted any more": func(*testing.T, *world, []*v1alpha1.Application) {},
		"policy does not delete": func(t *testing.T, w *world, _ []*v1alpha1.Application) {
			set := w.set(t, "set")
			set.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: new(v1alpha1.ApplicationsSyncPolicyCreateOnly)}
			if err := w.Client.Update(t.Context(), set); err != nil {
				t.Fatal(err)
			}
		},
		"are gone: they": func(t *testing.T, w *world, apps []*v1alpha1.Application) { w.purge(t, apps[:8]) },
		"6 of the held applications are not to be deleted any more, 2 are gone": func(t *testing.T, w *world, apps []*v1alpha1.Application) {
			w.purge(t, apps[:2])
		},
	} {
		t.Run(want, func(t *testing.T) {
			set := aSet("s")
			apps := many(set, 20)
			w := newWorld(t, set, apps...)
			w.judge(t, apps[:8], nil, nil)
			end(t, w, apps)
			w.judge(t, nil, nil, nil)
			if last := (*w.events)[len(*w.events)-1]; !strings.HasPrefix(last, "DeletionsNoLongerHeld: ") || !strings.Contains(last, want) {
				t.Errorf("events %v", *w.events)
			}
		})
	}
}

// purge deletes Applications as somebody's hand would.
func (w *world) purge(t *testing.T, apps []*v1alpha1.Application) {
	t.Helper()
	for _, app := range apps {
		is := w.app(t, app.Name)
		is.Finalizers = nil
		if err := w.Client.Update(t.Context(), is); err != nil {
			t.Fatal(err)
		}
		if err := client.IgnoreNotFound(w.Client.Delete(t.Context(), is)); err != nil {
			t.Fatal(err)
		}
	}
}
