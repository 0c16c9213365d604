package apply

import (
	"context"
	"errors"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// get reads a live object; nil if there is none. A *NotInstalledError says
// that its kind went away.
func (e *Engine) get(ctx context.Context, kind Kind, ref Ref) (*unstructured.Unstructured, error) {
	var live *unstructured.Unstructured
	err := e.retry(ctx, ref, func() (err error) {
		live, err = e.at(kind, ref).Get(ctx, ref.Name, metav1.GetOptions{})
		return err
	})
	switch {
	case err == nil:
		return live, nil
	case kindGone(err):
		e.kinds.Forget(ref.Group)
		return nil, &NotInstalledError{GVK: ref.GroupVersionKind()}
	case apierrors.IsNotFound(err):
		return nil, nil
	default:
		return nil, err
	}
}

// find is get for an object known by reference only.
func (e *Engine) find(ctx context.Context, ref Ref) (Kind, *unstructured.Unstructured, error) {
	kind, err := e.kinds.LookupAnyVersion(ctx, ref.GroupVersionKind())
	if err != nil {
		return Kind{}, nil, err
	}
	live, err := e.get(ctx, kind, ref)
	return kind, live, err
}

// patch applies an object server-side, owning its fields by force.
func (e *Engine) patch(ctx context.Context, kind Kind, o object, manager string, dryRun bool) (*unstructured.Unstructured, error) {
	data, err := o.want.MarshalJSON()
	if err != nil {
		return nil, err
	}
	force := true
	opts := metav1.PatchOptions{FieldManager: manager, Force: &force, FieldValidation: o.validation()}
	if dryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	var live *unstructured.Unstructured
	err = e.retry(ctx, o.ref, func() (err error) {
		live, err = e.at(kind, o.ref).Patch(ctx, o.ref.Name, types.ApplyPatchType, data, opts)
		return err
	})
	if kindGone(err) {
		e.kinds.Forget(o.ref.Group)
		return nil, &NotInstalledError{GVK: o.ref.GroupVersionKind()}
	}
	if o.lenient && unknownField(err) {
		known, probeErr := e.withoutUnknown(ctx, kind, o)
		if probeErr != nil {
			return nil, err
		}
		return e.patch(ctx, kind, known, manager, dryRun)
	}
	return live, err
}

// kindGone tells the answer "no such resource" from "no such object".
func kindGone(err error) bool {
	return apierrors.IsNotFound(err) && apierrors.HasStatusCause(err, metav1.CauseTypeUnexpectedServerResponse)
}

// retry repeats a request that failed for the moment: an update conflict, a
// busy server, a connection that broke. The client itself already honours
// Retry-After.
func (e *Engine) retry(ctx context.Context, ref Ref, do func() error) error {
	const attempts = 4
	wait := 100 * time.Millisecond
	for i := 1; ; i++ {
		err := do()
		if err == nil || i == attempts || !passing(err) || ctx.Err() != nil {
			return err
		}
		e.opts.Logger.V(1).Info("request failed, trying again", "object", ref.String(), "attempt", i, "reason", apierrors.ReasonForError(err))
		if pauseErr := pause(ctx, wait); pauseErr != nil {
			return err
		}
		wait *= 3
	}
}

func passing(err error) bool {
	if apierrors.IsConflict(err) {
		return !apierrors.HasStatusCause(err, metav1.CauseTypeFieldManagerConflict)
	}
	return apierrors.IsServerTimeout(err) || apierrors.IsTimeout(err) || apierrors.IsTooManyRequests(err) ||
		apierrors.IsServiceUnavailable(err) || utilnet.IsConnectionReset(err) ||
		utilnet.IsHTTP2ConnectionLost(err) || utilnet.IsProbableEOF(err)
}

// refusedByServer tells a decision of the API server (invalid, forbidden,
// denied by admission) from a failure to get one.
func refusedByServer(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return false
	}
	code := status.Status().Code
	return code >= http.StatusBadRequest && code < http.StatusInternalServerError &&
		code != http.StatusTooManyRequests && code != http.StatusRequestTimeout && code != http.StatusUnauthorized
}

// lookups resolves kinds, asking once per kind: for the length of one call.
type lookups struct {
	kinds *Kinds
	seen  map[schema.GroupVersionKind]lookup
}

type lookup struct {
	kind Kind
	err  error
}

// resolve asks for the kinds of objs, before work on them starts in parallel.
func (e *Engine) resolve(ctx context.Context, objs []object) lookups {
	l := lookups{kinds: e.kinds, seen: map[schema.GroupVersionKind]lookup{}}
	for _, o := range objs {
		gvk := o.ref.GroupVersionKind()
		if _, done := l.seen[gvk]; !done {
			kind, err := e.kinds.Lookup(ctx, gvk)
			l.seen[gvk] = lookup{kind, err}
		}
	}
	return l
}

func (l lookups) of(ref Ref) (Kind, error) {
	found := l.seen[ref.GroupVersionKind()]
	return found.kind, found.err
}
