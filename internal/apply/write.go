package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// runManager owns [AnnotationHookRun] on objects that every sync makes anew.
const runManager = FieldManager + "-run"

// validation is how the API server treats fields that a kind does not have.
func (o object) validation() string {
	if o.lenient {
		return metav1.FieldValidationIgnore
	}
	return metav1.FieldValidationStrict
}

// anew tells whether every sync deletes the object and makes it again.
func (s Settings) anew() bool { return s.Force && s.Replace && !s.ApplyOutOfSyncOnly }

// write brings one object to the cluster in the way that its settings ask
// for; live is what is there, or nil. The answer is the object as it is then.
func (r *run) write(ctx context.Context, kind Kind, o object, live *unstructured.Unstructured, s Settings) (*unstructured.Unstructured, error) {
	e := r.engine
	o.lenient = s.SkipValidation
	if live == nil {
		return r.make(ctx, kind, o, s)
	}
	if s.anew() && r.req.Healing {
		s.Replace = false // healing mends what differs
	}
	if s.RespectIgnoreDifferences {
		o.want = r.m.leaving(o, live)
	}
	if s.ApplyOutOfSyncOnly {
		quiet := o
		quiet.want = r.m.leaving(o, live)
		dry, err := e.patch(ctx, kind, quiet, FieldManager, true)
		if err == nil && len(differingFields(live, dry)) == 0 {
			return live, nil
		}
	}
	switch {
	case s.anew() && recreatable(o.ref):
		return r.recreate(ctx, kind, o, live, s)
	case !r.req.DryRun:
		if err := e.takeOver(ctx, kind, o, live, s); err != nil {
			return nil, err
		}
	}
	after, err := r.change(ctx, kind, o, live, s)
	if s.Force && apierrors.IsInvalid(err) && recreatable(o.ref) {
		return r.recreate(ctx, kind, o, live, s)
	}
	return after, err
}

// make an object that is not there.
func (r *run) make(ctx context.Context, kind Kind, o object, s Settings) (*unstructured.Unstructured, error) {
	after, err := r.engine.patch(ctx, kind, o, FieldManager, r.req.DryRun)
	if err != nil || !s.anew() || r.req.DryRun || r.req.Run == "" {
		return after, err
	}
	stamp := &unstructured.Unstructured{}
	stamp.SetGroupVersionKind(o.want.GroupVersionKind())
	stamp.SetNamespace(o.ref.Namespace)
	stamp.SetName(o.ref.Name)
	stamp.SetAnnotations(map[string]string{AnnotationHookRun: r.req.Run})
	return r.engine.patch(ctx, kind, object{place: o.place, want: stamp}, runManager, false)
}

// change an object that is there: its applied fields, or all of it.
func (r *run) change(ctx context.Context, kind Kind, o object, live *unstructured.Unstructured, s Settings) (*unstructured.Unstructured, error) {
	e := r.engine
	if !s.Replace {
		return e.patch(ctx, kind, o, FieldManager, r.req.DryRun)
	}
	opts := metav1.UpdateOptions{FieldManager: FieldManager, FieldValidation: o.validation()}
	if r.req.DryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	want := o.want.DeepCopy()
	var after *unstructured.Unstructured
	err := e.retry(ctx, o.ref, func() error {
		now, err := e.get(ctx, kind, o.ref)
		if err != nil {
			return err
		}
		if now == nil || !sameUID(now, live.GetUID()) {
			return errors.New("deleted or made anew by someone else meanwhile: it is looked at again by the next sync")
		}
		want.SetResourceVersion(now.GetResourceVersion())
		after, err = e.at(kind, o.ref).Update(ctx, want, opts)
		return err
	})
	if err != nil || r.req.DryRun {
		return after, err
	}
	if err := e.ownReplaced(ctx, kind, o.ref, after); err != nil {
		return nil, err
	}
	return e.get(ctx, kind, o.ref)
}

// recreatable tells kinds that may be deleted to be made anew. With a CRD or a
// namespace everything in it would go.
func recreatable(ref Ref) bool {
	return !isDefinition(ref) && !(ref.Group == "" && slices.Contains([]string{"Namespace", "PersistentVolume", "PersistentVolumeClaim"}, ref.Kind))
}

// recreate deletes an object and makes it again. An object that the API server
// would not take is left alone; if it refuses the new one after all, the old
// one is put back.
func (r *run) recreate(ctx context.Context, kind Kind, o object, live *unstructured.Unstructured, s Settings) (*unstructured.Unstructured, error) {
	probed, err := r.engine.probe(ctx, kind, o)
	if err != nil || r.req.DryRun {
		return probed, err
	}
	items := []removal{{Entry: Entry{Ref: o.ref}, kind: kind, live: live}}
	if !r.engine.carryOut(ctx, items, removeOptions{propagation: s.propagation(), timeout: r.req.PruneTimeout}) || items[0].doomed() {
		return nil, fmt.Errorf("to be made anew (Force=true), but not gone yet: %s", items[0].message)
	}
	after, err := r.make(ctx, kind, o, s)
	if err != nil {
		return nil, errors.Join(err, r.putBack(ctx, kind, o.ref, live))
	}
	return after, nil
}

// probe asks the API server whether it would take the object as a new one,
// under a name that is free.
func (e *Engine) probe(ctx context.Context, kind Kind, o object) (*unstructured.Unstructured, error) {
	obj := o.want.DeepCopy()
	obj.SetName("")
	obj.SetGenerateName("probe-")
	opts := metav1.CreateOptions{FieldManager: FieldManager, FieldValidation: o.validation(), DryRun: []string{metav1.DryRunAll}}
	out, err := e.at(kind, o.ref).Create(ctx, obj, opts)
	if apierrors.IsInvalid(err) && strings.Contains(err.Error(), "already allocated") {
		return obj, nil // by the object itself
	}
	return out, err
}

// putBack makes a deleted object again.
func (r *run) putBack(ctx context.Context, kind Kind, ref Ref, live *unstructured.Unstructured) error {
	old := live.DeepCopy()
	for _, path := range serverFields {
		unstructured.RemoveNestedField(old.Object, path...)
	}
	if _, err := r.engine.at(kind, ref).Create(ctx, old, metav1.CreateOptions{FieldManager: FieldManager}); err != nil {
		return fmt.Errorf("deleted to be made anew, and not put back: %w", err)
	}
	return nil
}
