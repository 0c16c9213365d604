package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Compare says of each wanted object whether the cluster has it as wanted,
// and which objects of the inventory are still there though no longer wanted.
// It changes nothing. Items come in the order of work. What fails for one
// object is in its Item; Compare itself fails only when ctx ends.
func (e *Engine) Compare(ctx context.Context, m *Manifests, inv Inventory, known Known) ([]Item, error) {
	kinds := e.resolve(ctx, m.objects)
	items := make([]Item, len(m.objects), len(m.objects)+len(m.refused))
	each(ctx, e.opts.Parallel, len(m.objects), func(i int) {
		items[i] = e.compareWanted(ctx, m, m.objects[i], kinds, known)
	})
	for _, r := range m.refused {
		items = append(items, Item{Ref: r.Ref, Wave: r.Wave, State: StateOutOfSync, Reason: r.Reason, Message: r.Message})
	}

	items = append(items, m.unpermitted()...)
	extra := slices.DeleteFunc(inv.Minus(m.Inventory()), func(e Entry) bool { return e.Hook })
	extras := make([]*Item, len(extra))
	each(ctx, e.opts.Parallel, len(extra), func(i int) {
		extras[i] = e.compareExtra(ctx, m, extra[i].Ref)
	})
	for _, item := range extras {
		if item != nil {
			items = append(items, *item)
		}
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("compare objects of %s: %w", m.key, context.Cause(ctx))
	}
	slices.SortStableFunc(items, func(a, b Item) int { return place{a.Wave, a.Ref}.compare(place{b.Wave, b.Ref}) })
	return items, nil
}

// compareWanted compares one wanted object.
func (e *Engine) compareWanted(ctx context.Context, m *Manifests, o object, kinds lookups, known Known) Item {
	item := Item{Ref: o.ref, Wave: o.wave}
	kind, err := kinds.of(o.ref)
	if err == nil {
		o, err = m.found(o, kind)
		item.Ref = o.ref
	}
	if err != nil {
		return item.failed(o, err)
	}
	if seen, same := known.unchanged(o.ref, o.digest); same {
		return item.Showing(seen).synced(o, seen.Signature)
	}
	live, err := e.get(ctx, kind, o.ref)
	if err != nil {
		return item.failed(o, err)
	}
	if live == nil {
		item.Health = missing()
		return item.outOfSync(ReasonMissing, o.ref.String()+" is not in the cluster")
	}
	item = item.Showing(e.look(live))
	if owner := OwnerOf(live); owner != "" && owner != m.key.String() {
		return item.outOfSync(ReasonOwnedByAnother, conflict(o.ref, owner))
	}
	if live.GetDeletionTimestamp() != nil {
		return item.outOfSync(ReasonDeleting, deleting(o.ref, live))
	}
	signature := Signature(live)
	if known.wanted(o.ref, o.digest) && known.Applied[o.ref].Signature == signature {
		return item.synced(o, signature)
	}
	return e.dryRun(ctx, m, kind, o, live, item)
}

// dryRun asks the API server what applying the object would change. The answer
// counts only if it was made from the state that was read: controllers write
// in between.
func (e *Engine) dryRun(ctx context.Context, m *Manifests, kind Kind, o object, live *unstructured.Unstructured, item Item) Item {
	const attempts = 4
	given, settings := o, m.settings.on(o.want)
	o.lenient = settings.SkipValidation
	for i := 1; ; i++ {
		o.want = m.leaving(given, live)
		var scaled string
		o.want, scaled = e.leavingReplicas(ctx, m, o, live, false)
		dry, err := e.patch(ctx, kind, o, FieldManager, true)
		if apierrors.IsInvalid(err) && settings.Force && recreatable(o.ref) {
			return item.outOfSync(ReasonDiffers, fmt.Sprintf("%s differs where it cannot be changed: it is deleted and made anew (Force=true)", o.ref))
		}
		if err != nil {
			return item.failed(o, err)
		}
		item.Fields = differingFields(live, dry)
		switch {
		case len(item.Fields) == 0 && scaled != "":
			item.State = StateSynced // not remembered: it may change without the object
			return item
		case len(item.Fields) == 0:
			return item.synced(o, Signature(live))
		}
		if i == attempts || dry.GetResourceVersion() == live.GetResourceVersion() {
			return item.outOfSync(ReasonDiffers, fmt.Sprintf("%s differs at %s", o.ref, strings.Join(item.Fields, ", ")))
		}
		if live, err = e.get(ctx, kind, o.ref); err != nil {
			return item.failed(o, err)
		}
		if live == nil {
			item.Health = missing()
			return item.outOfSync(ReasonMissing, o.ref.String()+" is not in the cluster")
		}
		item = item.Showing(e.look(live))
	}
}

// compareExtra looks at an object that is no longer wanted; nil if it is gone,
// or another Application's by now.
func (e *Engine) compareExtra(ctx context.Context, m *Manifests, ref Ref) *Item {
	item := Item{Ref: ref}
	_, live, err := e.find(ctx, ref)
	if notInstalled(err) {
		return nil
	}
	if err != nil {
		item = item.failed(object{place: place{ref: ref}}, err)
		return &item
	}
	if live == nil || OwnerOf(live) != m.key.String() {
		return nil
	}
	item = item.Showing(e.look(live))
	item.Wave = waveOf(live.GetAnnotations())
	switch {
	case live.GetDeletionTimestamp() != nil:
		item = item.outOfSync(ReasonDeleting, deleting(ref, live))
	case m.settings.on(live).Prune == Never:
		item = item.outOfSync(ReasonPrune, ref.String()+" is no longer wanted; its sync option Prune=false keeps it")
	case m.settings.on(live).Prune == Ask:
		item = item.outOfSync(ReasonPrune, ref.String()+" is no longer wanted; "+needsApproval(ref, "Prune"))
	default:
		item = item.outOfSync(ReasonPrune, ref.String()+" is no longer wanted and is pruned by a sync with prune on")
	}
	return &item
}

func (i Item) synced(o object, signature string) Item {
	i.State, i.Digest, i.Signature = StateSynced, o.digest, signature
	return i
}

func (i Item) outOfSync(reason Reason, message string) Item {
	i.State, i.Reason, i.Message = StateOutOfSync, reason, message
	return i
}

func (i Item) failed(o object, err error) Item {
	message := explain(i.Ref, o.want, err)
	switch {
	case notInstalled(err):
		i.Health = missing()
		return i.outOfSync(ReasonKindNotInstalled, message)
	case refusedByServer(err):
		return i.outOfSync(ReasonRefused, message)
	}
	i.State, i.Reason, i.Message = StateUnknown, ReasonError, message
	return i
}

func missing() v1alpha1.HealthStatus {
	return v1alpha1.HealthStatus{Status: v1alpha1.HealthStatusMissing}
}

func notInstalled(err error) bool {
	var target *NotInstalledError
	return errors.As(err, &target)
}
