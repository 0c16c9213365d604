package deletions

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// maxVictims bounds how many victims status.deletionsHeld names.
const maxVictims = 100

// round is one judgement and what it is about.
type round struct {
	verdict guard.Verdict
	wanted  map[string]*v1alpha1.Application // by UID, also those that wait
	waits   map[string]bool                  // UIDs that do not go in this round, whatever the verdict
	there   []string                         // UIDs of the set's that stay
	// problem is why an annotation of the set does not count.
	problem error
}

// round judges what a plan would delete.
func (g *Guard) round(set *v1alpha1.ApplicationSet, todo plan.Plan, wanted, owned []*v1alpha1.Application, look Look) round {
	limits, problem := g.Limits.For(set.Annotations)
	r := round{problem: problem, wanted: make(map[string]*v1alpha1.Application, len(wanted)), waits: map[string]bool{}}
	in := guard.Input{
		Now: g.Now(), Scope: string(set.UID), Limits: limits,
		Approved: set.Annotations[v1alpha1.AnnotationApproveDeletions], Kept: set.Annotations[v1alpha1.AnnotationKeepWorkloads],
	}
	if hold := set.Status.DeletionsHeld; hold != nil {
		in.Open, in.Holding = true, hold.Holding
	}
	if w := set.Status.DeletionWindow; w != nil {
		in.Window = guard.Window(*w)
	}
	waiting := stillJudged(in, todo.Waiting, owned)
	for _, app := range waiting {
		r.waits[string(app.UID)] = true
	}
	for _, app := range slices.Concat(wanted, waiting) {
		r.wanted[string(app.UID)] = app
		in.Victims = append(in.Victims, victimOf(app))
	}
	if look.Pulls != nil && slices.ContainsFunc(in.Victims, func(v guard.Victim) bool { return len(v.PullRequests) > 0 }) {
		in.Pulls = look.Pulls()
	}
	r.count(&in, owned, look)
	r.judge(in, set, todo.Changes, owned)
	return r
}

// stillJudged are Applications that wait because a row is refused, and that a
// hold names or a permission was given for: neither ends by that.
func stillJudged(in guard.Input, waiting []string, owned []*v1alpha1.Application) []*v1alpha1.Application {
	if len(waiting) == 0 {
		return nil
	}
	held, let := guard.Holds(in.Holding), in.Window.WasLetGo()
	names := make(map[string]bool, len(waiting))
	for _, name := range waiting {
		names[name] = true
	}
	var out []*v1alpha1.Application
	for _, app := range owned {
		if uid := string(app.UID); names[app.Name] && (held(uid) || let(uid)) {
			out = append(out, app)
		}
	}
	return out
}

func victimOf(app *v1alpha1.Application) guard.Victim {
	return guard.Victim{
		Name: app.Name, UID: string(app.UID), Cluster: guard.ClusterOf(app),
		PullRequests: plan.PullRequests(app), From: plan.PullSource(plan.OriginOf(app)),
	}
}

// count says how many there are, and what of them stays.
func (r *round) count(in *guard.Input, owned []*v1alpha1.Application, look Look) {
	in.Size = len(r.wanted)
	for _, app := range owned {
		if in.Now.Sub(app.CreationTimestamp.Time) < in.Limits.Window {
			in.Grown++
		}
		if r.wanted[string(app.UID)] != nil {
			continue
		}
		in.Size++
		r.there = append(r.there, string(app.UID))
		if look.partial() && !look.Gives(app.Name) {
			in.Unseen = append(in.Unseen, string(app.UID))
		}
		for _, pull := range plan.PullRequests(app) {
			in.Pulls.Name(pull)
		}
	}
}

func (r *round) judge(in guard.Input, set *v1alpha1.ApplicationSet, changes []plan.Change, owned []*v1alpha1.Application) {
	r.verdict = guard.Judge(in)
	if len(r.verdict.Held) > 0 {
		since := in.Now.Add(-in.Limits.Window)
		if hold := set.Status.DeletionsHeld; hold != nil && hold.Since.Time.Before(in.Now) {
			since = hold.Since.Add(-in.Limits.Window)
		}
		r.verdict.Held = guard.Rename(r.compared(), r.gains(changes, owned, since))
	}
}

// deletions are what goes now; what waits and may go is remembered.
func (r round) deletions() []*v1alpha1.Application {
	var out []*v1alpha1.Application
	for _, v := range r.verdict.Delete {
		if !r.waits[v.UID] {
			out = append(out, r.wanted[v.UID])
		}
	}
	return out
}

func (r round) ruling() Ruling {
	out := make(Ruling, len(r.verdict.Delete))
	for _, v := range r.verdict.Delete {
		if !r.waits[v.UID] {
			out[types.UID(v.UID)] = v.Cause
		}
	}
	return out
}

// record writes the round into the set's status, and takes an approval off,
// whether it has been used or is for something else: were it to stay, it would
// let the same victims go at some later time.
func (g *Guard) record(ctx context.Context, set *v1alpha1.ApplicationSet, r round) error {
	before := set.DeepCopy()
	set.Status.DeletionWindow = nil
	if w := v1alpha1.DeletionWindow(r.verdict.Window); !r.verdict.Window.Empty() {
		set.Status.DeletionWindow = &w
	}
	set.Status.DeletionsHeld = r.held(before.Status.DeletionsHeld, metav1.NewTime(g.Now()))
	g.setCondition(set, r)
	if !equality.Semantic.DeepEqual(before.Status, set.Status) {
		err := g.Client.Status().Patch(ctx, set, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
		if err != nil {
			return fmt.Errorf("record the deletions of applicationset %s/%s: %w", set.Namespace, set.Name, err)
		}
	}
	g.tell(set, before.Status.DeletionsHeld, r)
	return g.consume(ctx, set)
}

// held is the list of victims; an unchanged one keeps its time.
func (r round) held(was *v1alpha1.DeletionsHeld, now metav1.Time) *v1alpha1.DeletionsHeld {
	if len(r.verdict.Held) == 0 {
		return nil
	}
	out := &v1alpha1.DeletionsHeld{Digest: r.verdict.Digest, Since: now, Count: int32(len(r.verdict.Held)), Holding: r.verdict.Holding}
	if was != nil {
		out.Since = was.Since
	}
	for _, v := range r.verdict.Held[:min(len(r.verdict.Held), maxVictims)] {
		out.Victims = append(out.Victims, v1alpha1.DeletionVictim{Name: v.Name, Cluster: v.Cluster, RenamedTo: v.RenamedTo})
	}
	return out
}

// setCondition says what is held and what to do. While the same is held, the
// words stay, although the window slides.
func (g *Guard) setCondition(set *v1alpha1.ApplicationSet, r round) {
	c := v1alpha1.ApplicationSetCondition{
		Type: v1alpha1.ApplicationSetConditionDeletionsHeld, Status: v1alpha1.ApplicationSetConditionStatusFalse,
		Reason: v1alpha1.ApplicationSetReasonWithinGuard, Message: "no deletion is held",
	}
	if len(r.verdict.Held) > 0 {
		c.Status, c.Reason = v1alpha1.ApplicationSetConditionStatusTrue, v1alpha1.ApplicationSetReasonShrinkGuard
		c.Message = heldMessage(set, r)
	}
	at := slices.IndexFunc(set.Status.Conditions, func(o v1alpha1.ApplicationSetCondition) bool { return o.Type == c.Type })
	now := metav1.NewTime(g.Now())
	c.LastTransitionTime = &now
	if at < 0 {
		set.Status.Conditions = append(set.Status.Conditions, c)
		slices.SortStableFunc(set.Status.Conditions, func(a, b v1alpha1.ApplicationSetCondition) int { return cmp.Compare(a.Type, b.Type) })
		return
	}
	was := set.Status.Conditions[at]
	if was.Status == c.Status && (c.Status == v1alpha1.ApplicationSetConditionStatusFalse || digestIn(was.Message) == r.verdict.Digest) {
		return
	}
	set.Status.Conditions[at] = c
}

// tell makes events and metrics of what has changed.
func (g *Guard) tell(set *v1alpha1.ApplicationSet, was *v1alpha1.DeletionsHeld, r round) {
	g.Metrics.set(client.ObjectKeyFromObject(set), len(r.verdict.Held))
	switch {
	case len(r.verdict.Held) > 0 && (was == nil || was.Digest != r.verdict.Digest):
		g.event(set, corev1.EventTypeWarning, string(v1alpha1.ApplicationSetConditionDeletionsHeld), heldMessage(set, r))
	case r.verdict.Person == v1alpha1.DeletionKept:
		g.event(set, corev1.EventTypeNormal, "DeletionsKept", "digest "+r.verdict.Digest+": the applications go, their workloads stay")
	case r.verdict.Person == v1alpha1.DeletionApproved:
		g.event(set, corev1.EventTypeNormal, "DeletionsApproved", "digest "+r.verdict.Digest+" was approved")
	case was != nil && len(r.verdict.Held) == 0:
		g.event(set, corev1.EventTypeNormal, "DeletionsNoLongerHeld", endMessage(set, was, r))
	}
	if len(r.verdict.Held) > 0 && (set.Annotations[v1alpha1.AnnotationApproveDeletions] != "" || set.Annotations[v1alpha1.AnnotationKeepWorkloads] != "") {
		g.event(set, corev1.EventTypeWarning, "DeletionsNotApproved", "the digest that was approved or kept is not "+r.verdict.Digest+", which is held; look at what is held, then say so again")
	}
}
