package application

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// approve copies a person's approval (argocd.argoproj.io/deletion-approved) from
// a deleted Application to its Tombstone. From there it reaches the agent, also
// when the Application has gone before. As in Argo CD, an approval of something
// before the deletion does not count.
func (r *Reconciler) approve(ctx context.Context, app *v1alpha1.Application, tomb *fleet.Tombstone) error {
	word := app.Annotations[v1alpha1.AnnotationDeletionApproved]
	if tomb.Spec.Action != fleet.TombstoneDelete || app.DeletionTimestamp == nil ||
		!v1alpha1.ApprovedSince(app.Annotations, app.DeletionTimestamp.Time) ||
		tomb.Annotations[v1alpha1.AnnotationDeletionApproved] == word {
		return nil
	}
	before := tomb.DeepCopy()
	if tomb.Annotations == nil {
		tomb.Annotations = map[string]string{}
	}
	tomb.Annotations[v1alpha1.AnnotationDeletionApproved] = word
	if err := r.Client.Patch(ctx, tomb, client.MergeFrom(before)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("approve tombstone %s/%s: %w", tomb.Namespace, tomb.Name, err)
	}
	return nil
}
