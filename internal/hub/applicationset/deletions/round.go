package deletions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

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
	wanted  map[string]*v1alpha1.Application // by UID
	there   []string                         // UIDs of the set's that stay
	// problem is why an annotation of the set does not count.
	problem error
}

// round judges what a plan would delete.
func (g *Guard) round(set *v1alpha1.ApplicationSet, wanted, owned []*v1alpha1.Application, changes []plan.Change, look Look) round {
	limits, problem := g.Limits.For(set.Annotations)
	r := round{problem: problem, wanted: make(map[string]*v1alpha1.Application, len(wanted))}
	in := guard.Input{
		Now: g.Now(), Scope: string(set.UID), Size: len(wanted), Limits: limits,
		Approved: set.Annotations[v1alpha1.AnnotationApproveDeletions], Kept: set.Annotations[v1alpha1.AnnotationKeepWorkloads],
	}
	if hold := set.Status.DeletionsHeld; hold != nil {
		in.Open, in.Holding = true, hold.Holding
	}
	if w := set.Status.DeletionWindow; w != nil {
		in.Window = guard.Window(*w)
	}
	ofPulls := false
	for _, app := range wanted {
		r.wanted[string(app.UID)] = app
		v := guard.Victim{Name: app.Name, UID: string(app.UID), Cluster: guard.ClusterOf(app), PullRequests: plan.PullRequests(app)}
		in.Victims = append(in.Victims, v)
		ofPulls = ofPulls || len(v.PullRequests) > 0
	}
	for _, app := range owned {
		if in.Now.Sub(app.CreationTimestamp.Time) < limits.Window {
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
	if ofPulls {
		for _, pull := range look.PullRequests() {
			in.Pulls.List(pull)
		}
	}
	r.judge(in, set, changes, owned)
	return r
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

// compared are the held victims with what tells a renamed cluster.
func (r round) compared() []guard.Victim {
	out := slices.Clone(r.verdict.Held)
	for i := range out {
		app := r.wanted[out[i].UID]
		out[i].Server = app.Spec.Destination.Server
		out[i].Likeness = guard.LikenessOf(app, out[i].Cluster)
	}
	return out
}

// margin is how much younger than every victim an Application must be to be a
// gain: those of one first write are not.
const margin = 2 * time.Second

// gains are what is created in this round, or was since then: a renamed
// cluster's new rows may come before its old ones go, or after.
func (r round) gains(changes []plan.Change, owned []*v1alpha1.Application, since time.Time) []guard.Gain {
	for _, app := range r.wanted {
		if younger := app.CreationTimestamp.Add(margin); younger.After(since) {
			since = younger
		}
	}
	var out []guard.Gain
	for _, c := range changes {
		if c.Live == nil {
			out = append(out, gainOf(c.Want))
		}
	}
	for _, app := range owned {
		if r.wanted[string(app.UID)] == nil && !app.CreationTimestamp.Time.Before(since) {
			out = append(out, gainOf(app))
		}
	}
	return out
}

func gainOf(app *v1alpha1.Application) guard.Gain {
	cluster := guard.ClusterOf(app)
	return guard.Gain{Name: app.Name, Cluster: cluster, Server: app.Spec.Destination.Server, Likeness: guard.LikenessOf(app, cluster)}
}

func (r round) deletions() []*v1alpha1.Application {
	var out []*v1alpha1.Application
	for _, v := range r.verdict.Delete {
		out = append(out, r.wanted[v.UID])
	}
	return out
}

func (r round) ruling() Ruling {
	out := make(Ruling, len(r.verdict.Delete))
	for _, v := range r.verdict.Delete {
		out[types.UID(v.UID)] = v.Cause
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
