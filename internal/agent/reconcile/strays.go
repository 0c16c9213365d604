package reconcile

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/orphans"
	"github.com/fairlead/fairlead/internal/apply"
)

// Orphans watches for objects that belong to no Application.
type Orphans interface {
	// Want looks for those of one Application's namespace; nil ends it.
	Want(key string, interest *orphans.Interest)
	// Message is what was found last; "" for nothing.
	Message(key string) string
}

// strays says which objects of the destination's namespace belong to no
// Application, where the project asks for it.
func (r *Reconciler) strays(w *work) string {
	if r.opts.Orphans == nil || w.law == nil {
		return ""
	}
	interest := w.law.interest(w)
	r.opts.Orphans.Want(w.key, interest)
	if interest == nil {
		return ""
	}
	return r.opts.Orphans.Message(w.key)
}

// interest in objects of the namespace, but for those that the project denies;
// nil for none.
func (l *law) interest(w *work) *orphans.Interest {
	if l.project == nil || !warns(l.project.Spec.OrphanedResources) || w.app.Spec.Destination.Namespace == "" {
		return nil
	}
	if l.orphans == nil {
		namespace, settings := w.app.Spec.Destination.Namespace, l.project.Spec.OrphanedResources
		l.orphans = &orphans.Interest{
			Namespace: namespace, Ignore: settings.Ignore,
			Permits: func(kind schema.GroupKind) bool {
				return l.permit(apply.Ref{Group: kind.Group, Kind: kind.Kind, Namespace: namespace}, true) == nil
			},
		}
	}
	return l.orphans
}

// warns: only looking for the sake of a warning is worth the requests.
func warns(s *v1alpha1.OrphanedResourcesMonitorSettings) bool {
	return s != nil && s.Warn != nil && *s.Warn
}
