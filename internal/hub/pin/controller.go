package pin

import (
	"context"
	"fmt"
	"slices"
	"strings"
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

// Reconcile writes the Pin of one owner: an ApplicationSet, or the
// Applications without a set that share a repository and revision.
func (c *Controller) Reconcile(ctx context.Context, o owner) (reconcile.Result, error) {
	refs, err := c.wanted(ctx, o)
	if err != nil {
		return reconcile.Result{}, err
	}
	c.Resolver.Want(o.key(), refs)
	if len(refs) == 0 {
		return reconcile.Result{}, c.remove(ctx, o)
	}
	return reconcile.Result{}, c.write(ctx, o, refs)
}

// wanted lists, sorted and once each, the Git revisions that the owner's
// Applications ask for.
func (c *Controller) wanted(ctx context.Context, o owner) ([]Ref, error) {
	var apps v1alpha1.ApplicationList // of the cache's own objects: read only
	if err := c.Client.List(ctx, &apps, client.InNamespace(o.Namespace), client.MatchingFields{ownerIndex: o.key()}, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list applications of %s: %w", o.key(), err)
	}
	seen := map[Ref]bool{}
	for i := range apps.Items {
		if o.Set == "" {
			seen[o.Ref] = true
			break
		}
		for _, ref := range refsOf(&apps.Items[i]) {
			seen[ref] = true
		}
	}
	refs := make([]Ref, 0, len(seen))
	for ref := range seen {
		refs = append(refs, ref)
	}
	slices.SortFunc(refs, func(a, b Ref) int {
		return strings.Compare(a.RepoURL+"\x00"+a.Revision, b.RepoURL+"\x00"+b.Revision)
	})
	return refs, nil
}

func (c *Controller) write(ctx context.Context, o owner, refs []Ref) error {
	pin := &fleet.Pin{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.pinName()}}
	err := c.Client.Get(ctx, client.ObjectKeyFromObject(pin), pin)
	missing := apierrors.IsNotFound(err)
	if err != nil && !missing {
		return fmt.Errorf("read pin %s: %w", client.ObjectKeyFromObject(pin), err)
	}
	before := pin.DeepCopy()
	pin.Spec = c.spec(o, refs, before.Spec)
	switch {
	case len(pin.Spec.Cohorts) == 0:
		return nil // nothing is resolved yet; the Resolver will call again
	case missing:
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
		was, known := old.Lookup("", ref.RepoURL, "", ref.Revision)
		res, _ := c.Resolver.Get(ref)
		switch {
		case res.Commit != "" && res.Commit != was.Revision:
			revisions = append(revisions, fleet.PinnedRevision{
				RepoURL: ref.RepoURL, TargetRevision: ref.Revision,
				Revision: res.Commit, ResolvedAt: metav1.NewTime(c.Now().Truncate(time.Second)),
			})
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

func (c *Controller) remove(ctx context.Context, o owner) error {
	pin := &fleet.Pin{ObjectMeta: metav1.ObjectMeta{Namespace: o.Namespace, Name: o.pinName()}}
	if err := c.Client.Get(ctx, client.ObjectKeyFromObject(pin), pin); err != nil {
		return client.IgnoreNotFound(err)
	}
	if err := c.Client.Delete(ctx, pin, client.Preconditions{UID: &pin.UID}); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("remove pin %s: %w", client.ObjectKeyFromObject(pin), err)
	}
	return nil
}
