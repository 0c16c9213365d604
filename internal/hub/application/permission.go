package application

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/pause"
	"github.com/fairlead/fairlead/internal/policy"
)

// permitted asks the Application's project, and notes what it finds. to is nil
// where the destination means no cluster; then only the project's existence is
// looked at.
func (r *Reconciler) permitted(ctx context.Context, app *v1alpha1.Application, to *clusters.Cluster, f *Facts) error {
	key := types.NamespacedName{Namespace: r.Namespace, Name: app.Spec.GetProject()}
	project := &v1alpha1.AppProject{}
	switch err := r.Client.Get(ctx, key, project); {
	case apierrors.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("read AppProject %s: %w", key, err)
	}
	f.ProjectFound = true
	if to == nil {
		return nil
	}
	at := policy.Cluster{Name: to.Name, Server: to.Server, Project: to.Project}
	if mark, err := pause.Read(app); err == nil && mark != nil {
		app = mark.Over(app) // what is delivered
	}
	f.Forbidden = policy.Refusal(app, policy.Delivery(project, app, at))
	return nil
}
