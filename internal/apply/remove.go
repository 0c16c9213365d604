package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// fate of an object that was to be removed.
type fate int

const (
	stays       fate = iota // still there and still ours: stays in the inventory
	gone                    // not there any more
	leaving                 // deletion accepted, not gone in time: stays in the inventory
	foreign                 // carries another owner's mark, or none: not ours to delete
	retained                // kept on purpose, by a sync option
	unconfirmed             // waits for a person's approval
)

// removal is one object to remove.
type removal struct {
	Entry
	kind    Kind
	live    *unstructured.Unstructured
	wave    int
	fate    fate
	message string
}

type removeOptions struct {
	settings    Settings
	consent     func(Settings) Consent // nil: without asking
	option      string                 // that consent reads, for messages
	confirmed   bool
	propagation metav1.DeletionPropagation
	timeout     time.Duration // per stage
	dryRun      bool
}

// asked is the consent to remove one live object.
func (o removeOptions) asked(live *unstructured.Unstructured) Consent {
	if o.consent == nil {
		return Always
	}
	return o.consent(o.settings.on(live))
}

// remove deletes the entries that are still key's: highest wave first, custom
// resources before the built-in kinds that may serve them, CRDs and
// namespaces last, each stage waited for. A stage that is not gone in time
// ends the work: later stages may be needed to finish it. While one of them
// waits for approval, none is deleted.
func (e *Engine) remove(ctx context.Context, key Key, entries Inventory, opts removeOptions) []removal {
	out := e.survey(ctx, key, entries, opts)
	if !holdBack(out) {
		e.carryOut(ctx, out, opts)
	}
	return out
}

// survey looks at the entries and puts them in the order of removal.
func (e *Engine) survey(ctx context.Context, key Key, entries Inventory, opts removeOptions) []removal {
	out := make([]removal, len(entries))
	each(ctx, e.opts.Parallel, len(entries), func(i int) {
		out[i] = e.lookAt(ctx, key, entries[i], opts)
	})
	for i := range out { // what ctx left out
		if out[i].Name == "" {
			out[i] = removal{Entry: entries[i], message: explain(entries[i].Ref, nil, context.Cause(ctx))}
		}
	}
	slices.SortStableFunc(out, func(a, b removal) int { return b.place().compare(a.place()) })
	slices.SortStableFunc(out, func(a, b removal) int {
		return cmp.Or(cmp.Compare(b.wave, a.wave), cmp.Compare(stage(b.Kind), stage(a.Kind)))
	})
	return out
}

// holdBack everything while something waits for approval.
func holdBack(items []removal) bool {
	i := slices.IndexFunc(items, func(r removal) bool { return r.fate == unconfirmed })
	if i < 0 {
		return false
	}
	for j := range items {
		if items[j].doomed() {
			items[j].message = fmt.Sprintf("%s is not deleted yet: %s waits for approval", items[j].Ref, items[i].Ref)
		}
	}
	return true
}

// carryOut removes what survey found, stage by stage; false if one of them is
// not gone in time.
func (e *Engine) carryOut(ctx context.Context, items []removal, opts removeOptions) bool {
	for rest := items; len(rest) > 0; {
		if ctx.Err() != nil {
			return false
		}
		n := 1
		for n < len(rest) && rest[n].wave == rest[0].wave && stage(rest[n].Kind) == stage(rest[0].Kind) {
			n++
		}
		if !e.removeStage(ctx, rest[:n], opts) {
			return false
		}
		rest = rest[n:]
	}
	return true
}

func (r removal) place() place { return place{r.wave, r.Ref} }

// doomed tells whether the object is to be deleted.
func (r removal) doomed() bool { return r.live != nil && r.fate == stays }

// stage of a kind within its wave; higher ones are removed first.
func stage(kind string) int {
	switch {
	case kind == "Namespace" || kind == "CustomResourceDefinition":
		return 0
	case rank(kind) < len(kindOrder):
		return 1
	}
	return 2
}

// childless kinds own nothing that a garbage collector would have to remove first.
var childless = map[string]bool{
	"NetworkPolicy": true, "ResourceQuota": true, "LimitRange": true, "PodDisruptionBudget": true,
	"ServiceAccount": true, "Secret": true, "ConfigMap": true, "StorageClass": true,
	"PersistentVolume": true, "PersistentVolumeClaim": true, "ClusterRole": true,
	"ClusterRoleBinding": true, "Role": true, "RoleBinding": true, "Pod": true,
	"HorizontalPodAutoscaler": true, "IngressClass": true, "Ingress": true, "APIService": true,
	// A set's own policy says whether its Applications go with it; the garbage
	// collector must not decide first.
	"ApplicationSet": true,
}

// propagation spares the garbage collector a round where there is nothing to
// propagate.
func propagation(kind string, asked metav1.DeletionPropagation) metav1.DeletionPropagation {
	if asked == metav1.DeletePropagationForeground && childless[kind] {
		return metav1.DeletePropagationBackground
	}
	return asked
}

// lookAt reads one object and decides whether it may be deleted.
func (e *Engine) lookAt(ctx context.Context, key Key, entry Entry, opts removeOptions) removal {
	r := removal{Entry: entry}
	kind, live, err := e.find(ctx, entry.Ref)
	switch {
	case notInstalled(err):
		r.fate, r.message = gone, "gone with its kind"
		return r
	case err != nil:
		r.message = explain(entry.Ref, nil, err)
		return r
	case live == nil:
		r.fate, r.message = gone, "was gone already"
		return r
	}
	r.kind, r.wave = kind, waveOf(live.GetAnnotations())
	switch owner := OwnerOf(live); {
	case owner == "":
		r.fate, r.message = foreign, entry.Ref.String()+" carries no mark of its application any more and is left alone"
	case owner != key.String():
		r.fate, r.message = foreign, conflict(entry.Ref, owner)
	case opts.asked(live) == Never:
		r.fate, r.message = retained, fmt.Sprintf("%s is kept: its sync option says %s=false", entry.Ref, opts.option)
		r.live = live
	case opts.asked(live) == Ask && !opts.confirmed:
		r.fate, r.message = unconfirmed, needsApproval(entry.Ref, opts.option)
		r.live = live
	default:
		r.live = live
	}
	return r
}

// removeStage deletes one stage and waits; false if something accepted for
// deletion is still there.
func (e *Engine) removeStage(ctx context.Context, items []removal, opts removeOptions) bool {
	each(ctx, e.opts.Parallel, len(items), func(i int) {
		if items[i].doomed() {
			e.delete(ctx, &items[i], opts)
		}
	})
	if opts.dryRun {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, opts.timeout)
	defer cancel()
	for wait := e.opts.Poll; ; wait = e.longer(wait) {
		each(ctx, e.opts.Parallel, len(items), func(i int) {
			if items[i].fate == leaving {
				e.lookAgain(ctx, &items[i])
			}
		})
		if !slices.ContainsFunc(items, func(r removal) bool { return r.fate == leaving }) {
			return true
		}
		if pause(ctx, wait) != nil {
			return false
		}
	}
}

// delete asks for the deletion of exactly the object that was looked at.
func (e *Engine) delete(ctx context.Context, r *removal, opts removeOptions) {
	uid, policy := r.live.GetUID(), propagation(r.Kind, opts.propagation)
	del := metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &uid}, PropagationPolicy: &policy}
	if opts.dryRun {
		del.DryRun = []string{metav1.DryRunAll}
	}
	// A conflict means that another object has this name by now: not to be
	// repeated, so retry is not used here.
	err := e.at(r.kind, r.Ref).Delete(ctx, r.Name, del)
	switch {
	case err == nil && opts.dryRun:
		r.fate, r.message = leaving, "dry run: would be deleted"
	case err == nil:
		r.fate, r.message = leaving, deleting(r.Ref, r.live)
	case apierrors.IsNotFound(err):
		r.fate, r.message = gone, "was gone already"
	default:
		r.message = explain(r.Ref, nil, err)
	}
}

// lookAgain sees whether a deleted object has gone.
func (e *Engine) lookAgain(ctx context.Context, r *removal) {
	live, err := e.get(ctx, r.kind, r.Ref)
	switch {
	case notInstalled(err), err == nil && (live == nil || !sameUID(live, r.live.GetUID())):
		r.fate, r.message = gone, "deleted"
	case err == nil:
		r.message = deleting(r.Ref, live)
	}
}

func sameUID(obj *unstructured.Unstructured, uid types.UID) bool { return obj.GetUID() == uid }
