package application

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// refresh answers argocd.argoproj.io/refresh: it asks the servers of the
// Application's sources now and takes the annotation off. "hard" also follows a
// version of a chart that was published anew. An error of a server is not an
// error here; it becomes a condition.
func (r *Reconciler) refresh(ctx context.Context, app *v1alpha1.Application) error {
	if _, asked := app.Annotations[v1alpha1.AnnotationKeyRefresh]; !asked {
		return nil
	}
	kind, _ := app.IsRefreshRequested()
	r.Revisions.AskFor(ctx, kind == v1alpha1.RefreshTypeHard, app)
	before := app.DeepCopy()
	delete(app.Annotations, v1alpha1.AnnotationKeyRefresh)
	if err := r.Client.Patch(ctx, app, client.MergeFrom(before)); err != nil {
		return fmt.Errorf("remove refresh annotation of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}
