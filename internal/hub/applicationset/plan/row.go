package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/ignore"
)

const (
	// ownPrefix begins labels and annotations that the hub itself reads.
	ownPrefix = "fairlead.dev/"
	// derivedFrom on an Application tells which cluster and which elements of
	// generators it was made of, so that it is known, also after a restart,
	// whose Application it is while that one's row gives none.
	derivedFrom = ownPrefix + "derived-from"
)

// writer makes of rows what is written, for one set.
type writer struct {
	set         *v1alpha1.ApplicationSet
	owner       metav1.OwnerReference
	labels      []string // that others may set
	annotations []string
	ignoring    ignore.Rules
	stuck       error // why the rules cannot be followed; they are not tried again
}

func newWriter(set *v1alpha1.ApplicationSet, ignoring ignore.Rules) *writer {
	w := &writer{
		set:      set,
		owner:    *metav1.NewControllerRef(set, v1alpha1.ApplicationSetSchemaGroupVersionKind),
		ignoring: ignoring,
		// What Argo CD and its tools write on Applications.
		annotations: []string{v1alpha1.AnnotationKeyRefresh, v1alpha1.AnnotationKeyHydrate, "notified.notifications.argoproj.io"},
	}
	if f := set.Spec.PreservedFields; f != nil {
		w.labels = f.Labels
		w.annotations = append(w.annotations, f.Annotations...)
	}
	return w
}

func (w *writer) created(row Row) *v1alpha1.Application {
	app := row.App.DeepCopy()
	app.Annotations = decided(row.App.Annotations)
	app.Namespace = w.set.Namespace
	w.own(app, row)
	return app
}

// updated is live with everything that the row decides: spec, labels,
// annotations and finalizers, except what the set or Argo CD's tools preserve,
// and what the set ignores. Nil if that is live itself.
func (w *writer) updated(row Row, live *v1alpha1.Application) (*v1alpha1.Application, error) {
	if w.isAsWanted(row, live) {
		return nil, nil
	}
	app := live.DeepCopy()
	row.App.Spec.DeepCopyInto(&app.Spec)
	app.Labels = merged(row.App.Labels, live.Labels, w.labels)
	app.Annotations = merged(decided(row.App.Annotations), live.Annotations, w.annotations)
	app.Finalizers = slices.Clone(row.App.Finalizers)
	for _, f := range live.Finalizers {
		if keepsFinalizer(f) && !slices.Contains(app.Finalizers, f) {
			app.Finalizers = append(app.Finalizers, f)
		}
	}
	w.own(app, row)
	if w.stuck == nil {
		w.stuck = w.ignoring.Keep(live, app)
	}
	if w.stuck != nil {
		return nil, fmt.Errorf("application %q stays as it is: %w", live.Name, w.stuck)
	}
	w.own(app, row) // whatever the set ignores
	maps.DeleteFunc(app.Annotations, func(key, _ string) bool { return OfDeletion(key) })
	if sameObject(live, app) {
		return nil, nil
	}
	return app, nil
}

// isAsWanted compares without making anything.
func (w *writer) isAsWanted(row Row, live *v1alpha1.Application) bool {
	return sameSource(row.From.Text(), live.Annotations[derivedFrom]) &&
		live.Annotations[v1alpha1.AnnotationPullRequest] == pullRequestsOf(row.From) &&
		slices.ContainsFunc(live.OwnerReferences, func(o metav1.OwnerReference) bool { return equality.Semantic.DeepEqual(o, w.owner) }) &&
		sameDecided(row.App.Labels, live.Labels, w.labels) &&
		sameDecided(decided(row.App.Annotations), live.Annotations, w.annotations) &&
		sameFinalizers(row.App.Finalizers, live.Finalizers) &&
		equality.Semantic.DeepEqual(&row.App.Spec, &live.Spec)
}

// sameFinalizers is true if live has the row's, the hub's, and else only what
// others put there.
func sameFinalizers(row, live []string) bool {
	for _, f := range row {
		if !slices.Contains(live, f) {
			return false
		}
	}
	for _, f := range live {
		if !keepsFinalizer(f) && !slices.Contains(row, f) {
			return false
		}
	}
	return slices.Contains(live, fleet.Finalizer)
}

// sameDecided is true if live is what merged would make of it.
func sameDecided(row, live map[string]string, preserved []string) bool {
	for k, v := range row {
		if has, ok := live[k]; !ok || has != v {
			return false
		}
	}
	for k := range live {
		if _, decided := row[k]; !decided && !preserves(k, preserved) {
			return false
		}
	}
	return true
}

// sameObject compares what updated may change.
func sameObject(a, b *v1alpha1.Application) bool {
	return equality.Semantic.DeepEqual(a.Labels, b.Labels) && equality.Semantic.DeepEqual(a.Annotations, b.Annotations) &&
		equality.Semantic.DeepEqual(a.Finalizers, b.Finalizers) && equality.Semantic.DeepEqual(a.OwnerReferences, b.OwnerReferences) &&
		equality.Semantic.DeepEqual(&a.Spec, &b.Spec)
}

// own makes set the controller, as Argo CD does, holds the Application for the
// hub until a tombstone is issued, and says what it derives from.
func (w *writer) own(app *v1alpha1.Application, row Row) {
	refs := slices.Clone(app.OwnerReferences)
	i := slices.IndexFunc(refs, func(o metav1.OwnerReference) bool { return o.UID == w.set.UID })
	if i < 0 {
		app.OwnerReferences = append(refs, w.owner)
	} else {
		refs[i] = w.owner
		app.OwnerReferences = refs
	}
	if !slices.Contains(app.Finalizers, fleet.Finalizer) {
		app.Finalizers = append(slices.Clone(app.Finalizers), fleet.Finalizer)
	}
	annotations := maps.Clone(app.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	if text := row.From.Text(); !sameSource(text, annotations[derivedFrom]) {
		annotations[derivedFrom] = text
	}
	delete(annotations, v1alpha1.AnnotationPullRequest)
	if requests := pullRequestsOf(row.From); requests != "" {
		annotations[v1alpha1.AnnotationPullRequest] = requests
	}
	app.Annotations = annotations
}

// keepsFinalizer is true for finalizers that others put on a row and that only
// they may take away. Argo CD's resources finalizer is the row's to decide.
func keepsFinalizer(name string) bool { return !v1alpha1.IsResourcesFinalizer(name) }

// preserves is true for keys that others may set: the named ones and the hub's.
func preserves(key string, names []string) bool {
	return !OfDeletion(key) && (strings.HasPrefix(key, ownPrefix) || slices.Contains(names, key))
}

// decided are a row's annotations without those that no template has a say in:
// what the hub itself writes, and what people say about a deletion or a pause.
// It makes a copy only where there are some.
func decided(annotations map[string]string) map[string]string {
	reserved := func(key string) bool {
		return key == derivedFrom || key == v1alpha1.AnnotationPullRequest || key == v1alpha1.AnnotationPaused || OfDeletion(key)
	}
	for key := range annotations {
		if reserved(key) {
			out := maps.Clone(annotations)
			maps.DeleteFunc(out, func(key, _ string) bool { return reserved(key) })
			return out
		}
	}
	return annotations
}

// OfDeletion is true for what was written to delete an Application: one that is
// wanted again must not keep it.
func OfDeletion(key string) bool {
	return key == v1alpha1.AnnotationDeletionCause || key == v1alpha1.AnnotationKeepWorkloads || key == v1alpha1.AnnotationApproveDeletions
}

func merged(row, live map[string]string, preserved []string) map[string]string {
	out := maps.Clone(row)
	for k, v := range live {
		if _, decided := row[k]; !decided && preserves(k, preserved) {
			if out == nil {
				out = map[string]string{}
			}
			out[k] = v
		}
	}
	return out
}

// Finalizers are what an Application of set keeps when the set ends it: all,
// or, where the set preserves resources, none that deletes them.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Application-Deletion/
func Finalizers(set *v1alpha1.ApplicationSet, app metav1.Object) []string {
	if p := set.Spec.SyncPolicy; p == nil || !p.PreserveResourcesOnDeletion {
		return app.GetFinalizers()
	}
	return slices.DeleteFunc(slices.Clone(app.GetFinalizers()), v1alpha1.IsResourcesFinalizer)
}

// spared is live without what was written to delete it; nil if that is live.
func spared(live *v1alpha1.Application) *v1alpha1.Application {
	marked := func(key, _ string) bool { return OfDeletion(key) }
	annotations := maps.Clone(live.Annotations)
	if maps.DeleteFunc(annotations, marked); len(annotations) == len(live.Annotations) {
		return nil
	}
	app := live.DeepCopy()
	app.Annotations = annotations
	return app
}
