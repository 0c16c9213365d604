package apply

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// Diff says field by field what a sync of the manifests would change, and
// whose each field is; changing nothing. Objects come in the order of work,
// hooks last. What fails for one object is in its diff; Diff itself fails only
// when ctx ends. No value of a Secret of the Application is in it, wherever
// that value stands.
func (e *Engine) Diff(ctx context.Context, m *Manifests, inv Inventory) ([]fleet.ObjectDiff, error) {
	kinds := e.resolve(ctx, m.objects)
	hide := e.secretsOf(ctx, m, inv, kinds)
	extra := slices.DeleteFunc(inv.Minus(m.Inventory()), func(e Entry) bool { return e.Hook })
	found := make([]placed, len(m.objects)+len(extra))
	each(ctx, e.opts.Parallel, len(found), func(i int) {
		if i < len(m.objects) {
			found[i] = e.diffWanted(ctx, m, m.objects[i], kinds, hide)
		} else {
			found[i] = e.diffExtra(ctx, m, extra[i-len(m.objects)].Ref)
		}
	})
	if ctx.Err() != nil {
		return nil, fmt.Errorf("compare objects of %s: %w", m.key, context.Cause(ctx))
	}
	for _, r := range m.refused {
		found = append(found, placed{place{r.Wave, r.Ref}, blocked(r.Ref, r.Reason, r.Message)})
	}
	for _, item := range m.unpermitted() {
		found = append(found, placed{place{item.Wave, item.Ref}, blocked(item.Ref, item.Reason, item.Message)})
	}
	found = slices.DeleteFunc(found, func(p placed) bool { return p.diff.Action == "" })
	slices.SortStableFunc(found, func(a, b placed) int { return a.compare(b.place) })
	for _, h := range m.hooks {
		d := diffOf(h.ref, fleet.DiffHook)
		d.Reason, d.Message = string(h.hook), fmt.Sprintf("%s is a hook: it runs in phase %s of the next sync", h.ref, h.hook)
		found = append(found, placed{h.place, d})
	}
	out := make([]fleet.ObjectDiff, len(found))
	for i, p := range found {
		out[i] = hide.object(p.diff)
	}
	return out, nil
}

// placed is the diff of an object, and where it stands in the order of work.
// Without an action there is nothing to say.
type placed struct {
	place
	diff fleet.ObjectDiff
}

func diffOf(ref Ref, action fleet.DiffAction) fleet.ObjectDiff {
	return fleet.ObjectDiff{
		Group: ref.Group, Version: ref.Version, Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, Action: action,
	}
}

func blocked(ref Ref, reason Reason, message string) fleet.ObjectDiff {
	d := diffOf(ref, fleet.DiffBlocked)
	d.Reason, d.Message = string(reason), message
	return d
}

// diffExtra is about an object that is no longer wanted.
func (e *Engine) diffExtra(ctx context.Context, m *Manifests, ref Ref) placed {
	item := e.compareExtra(ctx, m, ref)
	if item == nil {
		return placed{}
	}
	at := place{item.Wave, ref}
	_, live, err := e.find(ctx, ref)
	if err != nil || live == nil || item.Reason != ReasonPrune || m.settings.on(live).Prune == Never {
		return placed{at, blocked(ref, item.Reason, item.Message)}
	}
	d := diffOf(ref, fleet.DiffDelete)
	d.Reason, d.Message = string(item.Reason), item.Message
	d.Flags = []fleet.DiffFlag{{Kind: fleet.FlagDelete, Message: fmt.Sprintf("%s is live and would be deleted%s", ref, goesWith(ref, live))}}
	return placed{at, d}
}

// goesWith says what a deletion takes along.
func goesWith(ref Ref, live *unstructured.Unstructured) string {
	switch {
	case ref.Group == "" && ref.Kind == "Namespace":
		return ", with everything in it"
	case isDefinition(ref):
		kind, _, _ := unstructured.NestedString(live.Object, "spec", "names", "kind")
		return fmt.Sprintf(", with every %s in the cluster", cmp.Or(kind, "object of its kind"))
	case ref.Group == "" && ref.Kind == "PersistentVolumeClaim":
		return ", with its data unless its volume is retained"
	}
	return ""
}
