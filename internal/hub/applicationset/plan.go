package applicationset

import (
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Change is one Application that must become another.
type Change struct {
	// Live is the object as it is; nil to create Want.
	Live *v1alpha1.Application
	Want *v1alpha1.Application
}

// Plan is what brings the cluster to the expansion.
type Plan struct {
	Changes []Change
	Delete  []*v1alpha1.Application
	// Foreign names Applications that a row wants and that belong to another
	// owner; they are left alone.
	Foreign []string
	// Ending names Applications that a row wants and that are on their way out;
	// they are made anew once they are gone.
	Ending []string
}

// Waits is true when a row waits for an object that is not the set's to go.
func (p Plan) Waits() bool { return len(p.Foreign)+len(p.Ending) > 0 }

// Allowed says which kinds of change a set's policy permits.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
type Allowed struct{ Create, Update, Delete bool }

// allowedBy reads syncPolicy.applicationsSync.
func allowedBy(set *v1alpha1.ApplicationSet) Allowed {
	policy := v1alpha1.ApplicationsSyncPolicySync
	if p := set.Spec.SyncPolicy; p != nil && p.ApplicationsSync != nil && *p.ApplicationsSync != "" {
		policy = *p.ApplicationsSync
	}
	return Allowed{Create: true, Update: policy.AllowUpdate(), Delete: policy.AllowDelete()}
}

// MakePlan compares rows with the Applications of the set's namespace. It is
// pure.
func MakePlan(set *v1alpha1.ApplicationSet, rows []v1alpha1.Application, live []*v1alpha1.Application, allowed Allowed) Plan {
	byName := make(map[string]*v1alpha1.Application, len(live))
	for _, app := range live {
		byName[app.Name] = app
	}
	var plan Plan
	wanted := make(map[string]bool, len(rows))
	for i := range rows {
		row := &rows[i]
		wanted[row.Name] = true
		is := byName[row.Name]
		switch {
		case is == nil && allowed.Create:
			plan.Changes = append(plan.Changes, Change{Want: created(set, row)})
		case is == nil: // not allowed
		case !is.DeletionTimestamp.IsZero():
			plan.Ending = append(plan.Ending, is.Name)
		case ownedByAnother(set, is):
			plan.Foreign = append(plan.Foreign, is.Name)
		case allowed.Update:
			plan.Changes = append(plan.Changes, Change{Live: is, Want: updated(set, row, is)})
		}
	}
	if allowed.Delete {
		for _, is := range live {
			if !wanted[is.Name] && metav1.IsControlledBy(is, set) && is.DeletionTimestamp.IsZero() {
				plan.Delete = append(plan.Delete, is)
			}
		}
	}
	return plan
}

func ownedByAnother(set *v1alpha1.ApplicationSet, app *v1alpha1.Application) bool {
	owner := metav1.GetControllerOfNoCopy(app)
	return owner != nil && owner.UID != set.UID
}

func created(set *v1alpha1.ApplicationSet, row *v1alpha1.Application) *v1alpha1.Application {
	app := row.DeepCopy()
	app.Namespace = set.Namespace
	own(set, app)
	return app
}

// updated is live with everything that the row decides: spec, labels,
// annotations and finalizers, except what the set or Argo CD's tools preserve.
func updated(set *v1alpha1.ApplicationSet, row, live *v1alpha1.Application) *v1alpha1.Application {
	app := live.DeepCopy()
	app.Spec = *row.Spec.DeepCopy()
	app.Labels = merged(row.Labels, live.Labels, preservedLabels(set))
	app.Annotations = merged(row.Annotations, live.Annotations, preservedAnnotations(set))
	app.Finalizers = slices.Clone(row.Finalizers)
	for _, f := range live.Finalizers {
		if keepsFinalizer(f) && !slices.Contains(app.Finalizers, f) {
			app.Finalizers = append(app.Finalizers, f)
		}
	}
	own(set, app)
	return app
}

// own makes set the controller, as Argo CD does, and holds the Application for
// the hub until a tombstone is issued.
func own(set *v1alpha1.ApplicationSet, app *v1alpha1.Application) {
	ref := metav1.NewControllerRef(set, v1alpha1.ApplicationSetSchemaGroupVersionKind)
	app.OwnerReferences = slices.DeleteFunc(app.OwnerReferences, func(o metav1.OwnerReference) bool { return o.UID == set.UID })
	app.OwnerReferences = append(app.OwnerReferences, *ref)
	controllerutil.AddFinalizer(app, fleet.Finalizer)
}

// keepsFinalizer is true for finalizers that others put on a row and that only
// they may take away. Argo CD's resources finalizer is the row's to decide.
func keepsFinalizer(name string) bool {
	return !v1alpha1.IsResourcesFinalizer(name)
}

func preservedLabels(set *v1alpha1.ApplicationSet) func(string) bool {
	var names []string
	if f := set.Spec.PreservedFields; f != nil {
		names = f.Labels
	}
	return func(key string) bool { return slices.Contains(names, key) || strings.HasPrefix(key, ownPrefix) }
}

func preservedAnnotations(set *v1alpha1.ApplicationSet) func(string) bool {
	names := []string{
		v1alpha1.AnnotationKeyRefresh, v1alpha1.AnnotationKeyHydrate,
		"notified.notifications.argoproj.io",
	}
	if f := set.Spec.PreservedFields; f != nil {
		names = append(names, f.Annotations...)
	}
	return func(key string) bool { return slices.Contains(names, key) || strings.HasPrefix(key, ownPrefix) }
}

// ownPrefix begins labels and annotations that the hub itself reads.
const ownPrefix = "fairlead.dev/"

func merged(row, live map[string]string, preserved func(string) bool) map[string]string {
	out := maps.Clone(row)
	for k, v := range live {
		if _, decided := row[k]; !decided && preserved(k) {
			if out == nil {
				out = map[string]string{}
			}
			out[k] = v
		}
	}
	return out
}
