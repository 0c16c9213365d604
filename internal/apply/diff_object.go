package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// contrast is one wanted object beside the live one.
type contrast struct {
	o    object
	kind Kind
	live *unstructured.Unstructured
	// want is o's, with ignored fields as they are in the cluster.
	want *unstructured.Unstructured
	// dry is live as a sync would make it; err is why that cannot be told.
	dry *unstructured.Unstructured
	err error
}

// diffWanted compares one wanted object.
func (e *Engine) diffWanted(ctx context.Context, m *Manifests, o object, kinds lookups, hide *redactor) placed {
	kind, err := kinds.of(o.ref)
	if err == nil {
		o, err = m.settle(o, kind)
	}
	c := contrast{o: o, kind: kind, want: o.want}
	switch {
	case notInstalled(err):
		c.err = err
		return placed{o.place, m.uncreatable(c, hide)}
	case err != nil:
		return placed{o.place, failedDiff(o, err)}
	}
	if c.live, err = e.get(ctx, kind, o.ref); err != nil {
		return placed{o.place, failedDiff(o, err)}
	}
	if c.live != nil {
		if owner := OwnerOf(c.live); owner != "" && owner != m.key.String() {
			return placed{o.place, blocked(o.ref, ReasonOwnedByAnother, conflict(o.ref, owner))}
		}
		if c.live.GetDeletionTimestamp() != nil {
			return placed{o.place, blocked(o.ref, ReasonDeleting, deleting(o.ref, c.live))}
		}
	}
	if err := e.try(ctx, m, &c); err != nil {
		return placed{o.place, failedDiff(o, err)}
	}
	if c.live == nil {
		return placed{o.place, m.created(c, hide)}
	}
	return placed{o.place, e.changed(ctx, m, c, hide)}
}

// try applies the object as a dry run, until the answer was made from the
// state that was read. An error is that of reading.
func (e *Engine) try(ctx context.Context, m *Manifests, c *contrast) error {
	const attempts = 4
	o := c.o
	o.lenient = m.settings.on(o.want).SkipValidation
	for i := 1; ; i++ {
		if c.live != nil {
			c.want = m.leaving(c.o, c.live)
		}
		o.want = c.want
		c.dry, c.err = e.patch(ctx, c.kind, o, FieldManager, true)
		if c.err != nil || c.live == nil || i == attempts || c.dry.GetResourceVersion() == c.live.GetResourceVersion() {
			return nil
		}
		var err error
		if c.live, err = e.get(ctx, c.kind, o.ref); err != nil {
			return err
		}
	}
}

func failedDiff(o object, err error) fleet.ObjectDiff {
	item := Item{Ref: o.ref}.failed(o, err)
	return blocked(o.ref, item.Reason, "cannot be compared: "+item.Message)
}

// created is about an object that is not in the cluster.
func (m *Manifests) created(c contrast, hide *redactor) fleet.ObjectDiff {
	if c.err != nil {
		return m.uncreatable(c, hide)
	}
	d := diffOf(c.o.ref, fleet.DiffCreate)
	d.Reason, d.Message = string(ReasonMissing), c.o.ref.String()+" is not in the cluster"
	d.Fields, d.MoreFields = fieldsOf(nil, c.dry, c.want, c.o.ref, hide)
	return d
}

// uncreatable is about an object that is not in the cluster and cannot be dry
// run: now, since the sync makes what it lacks, or at all.
func (m *Manifests) uncreatable(c contrast, hide *redactor) fleet.ObjectDiff {
	item := Item{Ref: c.o.ref}.failed(c.o, c.err)
	d := diffOf(c.o.ref, fleet.DiffCreate)
	d.Reason, d.Message = string(item.Reason), "cannot be dry-run: "+item.Message
	switch {
	case notInstalled(c.err) && m.defines(c.o.ref):
		d.Message = fmt.Sprintf("%s cannot be dry-run yet: its CRD is among the manifests", c.o.ref)
	case notInstalled(c.err):
		d.Action = fleet.DiffBlocked
	case apierrors.IsNotFound(c.err) && m.makesNamespace(c.o.ref.Namespace):
		d.Reason = string(ReasonMissing)
		d.Message = fmt.Sprintf("%s cannot be dry-run yet: the sync makes namespace %s first", c.o.ref, c.o.ref.Namespace)
	default:
		d.Action = fleet.DiffBlocked
	}
	d.Fields, d.MoreFields = fieldsOf(nil, c.want, c.want, c.o.ref, hide)
	return d
}

// defines tells whether a kind's CRD is among the manifests.
func (m *Manifests) defines(ref Ref) bool {
	_, declared := declaredScope(m.Objects(), ref.GroupVersionKind().GroupKind())
	return declared
}

func (m *Manifests) makesNamespace(name string) bool {
	if m.settings.CreateNamespace && name == m.namespace {
		return true
	}
	return slices.ContainsFunc(m.objects, func(o object) bool {
		return o.ref.Group == "" && o.ref.Kind == "Namespace" && o.ref.Name == name
	})
}

// changed is about an object that is in the cluster.
func (e *Engine) changed(ctx context.Context, m *Manifests, c contrast, hide *redactor) fleet.ObjectDiff {
	ref, settings := c.o.ref, m.settings.on(c.o.want)
	d := diffOf(ref, fleet.DiffNone)
	after := c.dry
	if c.err != nil {
		after = overlay(c.live, c.want)
		item := Item{Ref: ref}.failed(c.o, c.err)
		d.Action, d.Reason, d.Message = fleet.DiffBlocked, string(item.Reason), item.Message
		if apierrors.IsInvalid(c.err) && settings.Force && recreatable(ref) {
			d.Action, d.Reason = fleet.DiffUpdate, string(ReasonDiffers)
			d.Flags = append(d.Flags, fleet.DiffFlag{Kind: fleet.FlagRecreate, Message: "deleted and made anew, because of Force=true: " + item.Message})
		} else if e.isImmutable(ctx, c) {
			d.Flags = append(d.Flags, fleet.DiffFlag{Kind: fleet.FlagImmutable,
				Message: "the API server refuses to change it in place: " + item.Message})
		}
	}
	d.Fields, d.MoreFields = fieldsOf(c.live, after, c.want, ref, hide)
	m.nameAutoscaler(ref, d.Fields)
	d.Fields = append(d.Fields, ignoredFields(c, hide)...)
	if paths := differingFields(c.live, after); c.err == nil && len(paths) > 0 {
		d.Action, d.Reason = fleet.DiffUpdate, string(ReasonDiffers)
		d.Message = fmt.Sprintf("%s differs at %s", ref, strings.Join(paths, ", "))
		if settings.anew() && recreatable(ref) {
			d.Flags = append(d.Flags, fleet.DiffFlag{Kind: fleet.FlagRecreate,
				Message: fmt.Sprintf("%s is deleted and made anew by every sync (Force=true,Replace=true)", ref)})
		}
	}
	if was, is := replicas(c.live), replicas(after); was > 0 && is == 0 {
		d.Flags = append(d.Flags, fleet.DiffFlag{Kind: fleet.FlagReplicasZero,
			Message: fmt.Sprintf("%s would be scaled from %d to 0: nothing of it would run", ref, was)})
	}
	return d
}

// isImmutable asks whether a refused change would be taken as a new object:
// then it is the change that the API server refuses.
func (e *Engine) isImmutable(ctx context.Context, c contrast) bool {
	if !apierrors.IsInvalid(c.err) {
		return false
	}
	fresh := c.o
	_, err := e.probe(ctx, c.kind, fresh)
	return err == nil
}

// replicas that an object asks for; -1 if it does not say.
func replicas(obj *unstructured.Unstructured) int64 {
	n, found, err := unstructured.NestedInt64(obj.Object, "spec", "replicas")
	if !found || err != nil {
		return -1
	}
	return n
}

// overlay lays the wanted fields over the live ones: what an apply would make,
// as far as that can be told without the API server.
func overlay(live, want *unstructured.Unstructured) *unstructured.Unstructured {
	merged, _ := laid(live.DeepCopy().Object, want.DeepCopy().Object).(map[string]any)
	return &unstructured.Unstructured{Object: merged}
}

func laid(under, over any) any {
	switch over := over.(type) {
	case map[string]any:
		under, ok := under.(map[string]any)
		if !ok {
			return over
		}
		for k, v := range over {
			under[k] = laid(under[k], v)
		}
		return under
	case []any:
		under, _ := under.([]any)
		named, ok := byName(under)
		_, wanted := byName(over)
		if !ok || !wanted {
			return over
		}
		for i, item := range over {
			name, _ := item.(map[string]any)["name"].(string)
			over[i] = laid(named[name], item)
		}
		return over
	case nil:
		return under
	}
	return over
}
