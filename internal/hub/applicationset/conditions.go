package applicationset

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// writeConditions patches the set's conditions if they say something new. The
// conditions of others (rollouts, guards) stay; as a patch holds them all, it
// applies to the version only that was read.
func (r *Reconciler) writeConditions(ctx context.Context, set *v1alpha1.ApplicationSet, v verdict) error {
	for {
		patch, err := r.conditionsPatch(set, v)
		if err != nil || patch == nil {
			return err
		}
		// Into an object of its own: one that does not decode must not fail it.
		target := setObject()
		target.SetNamespace(set.Namespace)
		target.SetName(set.Name)
		err = r.Client.Status().Patch(ctx, target, patch)
		if apierrors.IsConflict(err) {
			if set, err = reread(ctx, r.Live, client.ObjectKeyFromObject(set)); err == nil {
				continue
			}
		}
		if client.IgnoreNotFound(err) != nil {
			return fmt.Errorf("write conditions of applicationset %s/%s: %w", set.Namespace, set.Name, err)
		}
		return nil
	}
}

// conditionsPatch is nil if there is nothing to write.
func (r *Reconciler) conditionsPatch(set *v1alpha1.ApplicationSet, v verdict) (client.Patch, error) {
	after := set.DeepCopy()
	conditions := updatedConditions(after.Status.Conditions, v.conditions(), metav1.NewTime(r.Now()))
	after.Status.Conditions, after.Status.Health = conditions, health(conditions)
	if equality.Semantic.DeepEqual(set.Status, after.Status) {
		return nil, nil
	}
	data, err := client.MergeFromWithOptions(set, client.MergeFromWithOptimisticLock{}).Data(after)
	if err != nil {
		return nil, fmt.Errorf("compare conditions of applicationset %s/%s: %w", set.Namespace, set.Name, err)
	}
	return client.RawPatch(types.MergePatchType, data), nil
}

// updatedConditions replaces those that say something else.
func updatedConditions(was, said []v1alpha1.ApplicationSetCondition, now metav1.Time) []v1alpha1.ApplicationSetCondition {
	out := slices.Clone(was)
	for _, c := range said {
		i := slices.IndexFunc(out, func(o v1alpha1.ApplicationSetCondition) bool { return o.Type == c.Type })
		if i >= 0 {
			if o := out[i]; o.Status == c.Status && o.Reason == c.Reason && o.Message == c.Message {
				continue
			}
			out = slices.Delete(out, i, i+1)
		}
		c.LastTransitionTime = &now
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b v1alpha1.ApplicationSetCondition) int { return cmp.Compare(a.Type, b.Type) })
	return out
}
