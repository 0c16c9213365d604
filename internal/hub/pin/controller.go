package pin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Controller keeps Pin objects equal to what the Resolver knows.
type Controller struct {
	Client   client.Client
	Resolver *Resolver
	Now      func() time.Time
}

// Reconcile writes the Pin of one owner: an ApplicationSet, the Applications
// without a set that share a source and revision, or those that share a value
// file at a URL.
func (c *Controller) Reconcile(ctx context.Context, o owner) (reconcile.Result, error) {
	refs, err := c.wanted(ctx, o)
	if err != nil {
		return reconcile.Result{}, err
	}
	pin, err := c.read(ctx, o)
	if err != nil {
		return reconcile.Result{}, err
	}
	for _, ref := range refs {
		if was, known := pin.Spec.Lookup("", ref.Requested()); known {
			c.Resolver.Settle(pinned(ref, was), was.ResolvedAt.Time)
		}
	}
	c.Resolver.Want(o.key(), refs)
	if len(refs) == 0 {
		return reconcile.Result{}, c.remove(ctx, pin)
	}
	return reconcile.Result{}, c.write(ctx, o, pin, refs)
}

// wanted lists, sorted and once each, what the owner's Applications ask for.
func (c *Controller) wanted(ctx context.Context, o owner) ([]Ref, error) {
	var apps v1alpha1.ApplicationList // of the cache's own objects: read only
	if err := c.Client.List(ctx, &apps, client.InNamespace(o.Namespace), client.MatchingFields{ownerIndex: o.key()}, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list applications of %s: %w", o.key(), err)
	}
	seen := map[Ref]bool{}
	for i := range apps.Items {
		for _, ref := range o.refs(&apps.Items[i]) {
			seen[ref] = true
		}
		if o.Set == "" {
			break
		}
	}
	return slices.SortedFunc(maps.Keys(seen), compareRefs), nil
}

// read the owner's Pin; without a resource version if there is none.
func (c *Controller) read(ctx context.Context, o owner) (*fleet.Pin, error) {
	pin := &fleet.Pin{}
	err := c.Client.Get(ctx, client.ObjectKey{Namespace: o.Namespace, Name: o.pinName()}, pin)
	if apierrors.IsNotFound(err) {
		return &fleet.Pin{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.pinName()}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read pin %s/%s: %w", o.Namespace, o.pinName(), err)
	}
	return pin, nil
}

func (c *Controller) write(ctx context.Context, o owner, pin *fleet.Pin, refs []Ref) error {
	before := pin.DeepCopy()
	pin.Spec = c.spec(o, refs, before.Spec)
	var err error
	switch {
	case len(pin.Spec.Cohorts) == 0:
		return nil // nothing is resolved yet; the Resolver will call again
	case pin.ResourceVersion == "":
		err = c.Client.Create(ctx, pin)
	case equality.Semantic.DeepEqual(before.Spec, pin.Spec):
		return nil
	default:
		err = c.Client.Patch(ctx, pin, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	}
	if err != nil {
		return fmt.Errorf("write pin %s: %w", client.ObjectKeyFromObject(pin), err)
	}
	return nil
}

// spec moves the default cohort to what is resolved now. What cannot be
// resolved keeps the revision it had.
func (c *Controller) spec(o owner, refs []Ref, old fleet.PinSpec) fleet.PinSpec {
	var revisions []fleet.PinnedRevision
	for _, ref := range refs {
		line := ref.Requested()
		was, known := old.Lookup("", line)
		res, _ := c.Resolver.Get(ref)
		switch {
		case res.Pin.Revision != "" && !same(pinned(ref, was), res.Pin):
			line.Revision, line.Digest, line.Location = res.Pin.Revision, res.Pin.Digest, res.Pin.Location
			line.ResolvedAt = metav1.NewTime(c.Now().Truncate(time.Second))
			revisions = append(revisions, line)
		case known:
			revisions = append(revisions, was)
		}
	}
	spec := fleet.PinSpec{Set: o.Set}
	if len(revisions) > 0 {
		slices.SortFunc(revisions, fleet.PinnedRevision.Compare)
		spec.Cohorts = []fleet.PinCohort{{Revisions: revisions}}
	}
	for _, cohort := range old.Cohorts {
		if cohort.Name != "" { // a rollout's; not ours to move
			spec.Cohorts = append(spec.Cohorts, cohort)
		}
	}
	return spec
}

func (c *Controller) remove(ctx context.Context, pin *fleet.Pin) error {
	if pin.ResourceVersion == "" {
		return nil
	}
	if err := c.Client.Delete(ctx, pin, client.Preconditions{UID: &pin.UID}); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("remove pin %s: %w", client.ObjectKeyFromObject(pin), err)
	}
	return nil
}
