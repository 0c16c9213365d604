package reconcile

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Elsewhere is another revision of one source.
type Elsewhere struct {
	// Source by position, from 1; 0 is none.
	Source int
	// Revision as a person wrote it, and its commit.
	Revision, Commit string
}

// Preview is what an Application wants, beside what is known of it.
type Preview struct {
	Manifests *apply.Manifests
	// Revisions of the manifests, one per source.
	Revisions []string
	// Held is the Application as it is kept.
	Held state.Application
	// Warnings of the renderers, and of options without effect.
	Warnings []string
}

// Preview prepares what an Application wants, or would want with one source at
// another revision. It applies nothing, keeps nothing, and may run while the
// Application is reconciled.
func (r *Reconciler) Preview(ctx context.Context, key string, at Elsewhere) (Preview, error) {
	held, found := r.opts.State.Application(key)
	if !found || held.Bundle == nil {
		return Preview{}, delivery.QueryErrorf(fleet.QueryNotDelivered, "application %s has not reached this agent yet", key)
	}
	w := &work{key: key, now: r.opts.Clock.Now(), held: held, memory: held.Memory, view: &view{}}
	w.owner = ownerOf(r.opts.State.Fleet(), key, held)
	if err := json.Unmarshal(held.Bundle.GetApplication(), &w.app); err != nil {
		return Preview{}, fmt.Errorf("the application cannot be read by this agent: %w", err)
	}
	w.app.Namespace, w.app.Name = held.Bundle.GetNamespace(), held.Bundle.GetName()
	w.law = r.lawOf(w)
	if why := first(w.law.forbidden, w.law.unaccountable); why != "" && at.Source != 0 {
		return Preview{}, fmt.Errorf("another revision is not looked at: %s", why)
	}
	held.Inventory = w.managed() // what the project forbids is neither shown nor pruned
	p := Preview{Held: held}
	var objects []*unstructured.Unstructured
	var err error
	if at.Source == 0 {
		objects, err = r.lastGood(w, &p)
	} else {
		objects, err = r.elsewhere(ctx, w, at, &p)
	}
	if err != nil {
		return Preview{}, err
	}
	p.Manifests, err = r.opts.Engine.Prepare(ctx, w.owner, w.app.Spec.Destination.Namespace, objects)
	if err != nil {
		return Preview{}, err
	}
	settings, warnings := settingsOf(&w.app, nil)
	p.Manifests = p.Manifests.With(settings).Permit(w.law.permit)
	p.Warnings = append(append(p.Warnings, p.Manifests.Warnings()...), warnings...)
	return p, nil
}

// lastGood is what the Application is compared with anyway.
func (r *Reconciler) lastGood(w *work, p *Preview) ([]*unstructured.Unstructured, error) {
	if w.memory.Good == nil {
		return nil, fmt.Errorf("nothing of application %s has been rendered yet%s", w.key, because(w.memory.Status.Conditions))
	}
	objects, found, err := r.opts.State.Render(w.key, w.memory.Good.Target)
	if err == nil && !found {
		err = fmt.Errorf("what application %s renders to is not on disk yet; ask again", w.key)
	}
	p.Revisions, p.Warnings = w.memory.Good.Revisions, w.memory.Good.Warnings
	return objects, err
}

func because(conditions []v1alpha1.ApplicationCondition) string {
	if len(conditions) == 0 {
		return ""
	}
	return ": " + conditions[0].Message
}

// elsewhere renders the Application with one source at another revision.
func (r *Reconciler) elsewhere(ctx context.Context, w *work, at Elsewhere, p *Preview) ([]*unstructured.Unstructured, error) {
	sources := slices.Clone(w.app.Spec.GetSources())
	if at.Source > len(sources) {
		return nil, fmt.Errorf("application %s has %d sources here, not %d", w.key, len(sources), at.Source)
	}
	sources[at.Source-1].TargetRevision = at.Revision
	w.app.Spec.SourceHydrator, w.app.Spec.Source, w.app.Spec.Sources = nil, nil, sources
	if len(sources) == 1 {
		w.app.Spec.Source, w.app.Spec.Sources = &sources[0], nil
	}
	bundle, _ := proto.Clone(w.held.Bundle).(*deliveryv1.Bundle)
	for len(bundle.Pins) < at.Source {
		bundle.Pins = append(bundle.Pins, &deliveryv1.PinnedSource{})
	}
	bundle.Pins[at.Source-1] = &deliveryv1.PinnedSource{
		RepoUrl: sources[at.Source-1].RepoURL, TargetRevision: at.Revision, Revision: at.Commit,
	}
	w.held.Bundle = bundle
	t, err := r.pick(ctx, w)
	if err != nil {
		return nil, err
	}
	made, err := r.render(ctx, w, t)
	if err != nil {
		return nil, err
	}
	p.Revisions, p.Warnings = t.revisions, made.warnings
	return made.objects, nil
}
