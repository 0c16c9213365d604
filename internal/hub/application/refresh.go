package application

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// refresh answers argocd.argoproj.io/refresh: it asks the Git servers of the
// Application now and takes the annotation off. An error of the server is not
// an error here; it becomes a condition.
func (r *Reconciler) refresh(ctx context.Context, app *v1alpha1.Application) error {
	if _, asked := app.Annotations[v1alpha1.AnnotationKeyRefresh]; !asked {
		return nil
	}
	for _, s := range app.Spec.GetSources() {
		if s.Chart == "" {
			_ = r.Revisions.Ask(ctx, s.RepoURL, s.TargetRevision) // Known tells it
		}
	}
	before := app.DeepCopy()
	delete(app.Annotations, v1alpha1.AnnotationKeyRefresh)
	if err := r.Client.Patch(ctx, app, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("remove refresh annotation of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}
