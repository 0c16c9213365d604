package reconcile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/orphans"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/policy"
)

// law is what the project that came with a bundle says of its Application. It
// holds for as long as the bundle and what is known of the cluster stay the
// same; offline, for as long as that lasts.
type law struct {
	bundle   []byte
	settings *deliveryv1.Settings
	text     []byte // the project's, as it came

	project *v1alpha1.AppProject // nil permits nothing
	cluster policy.Cluster
	// forbidden is why nothing new may be applied; what runs is kept as it is.
	forbidden string
	windows   *policy.Timetable
	// engine acts for the Application, unless unaccountable says why nobody may.
	engine        *apply.Engine
	unaccountable string

	orphans *orphans.Interest

	mu    sync.Mutex
	asked map[policy.Resource]error
}

// lawOf reads the project, if it or the cluster has changed.
func (r *Reconciler) lawOf(w *work) *law {
	settings := r.opts.State.Settings()
	was := w.view.law
	if was != nil && was.settings == settings && bytes.Equal(was.bundle, w.held.Bundle.GetDigest()) {
		return was
	}
	text := w.held.Bundle.GetProject()
	if was != nil && (was.settings != settings || !bytes.Equal(was.text, text)) {
		r.lift(w.key) // what it refused may be permitted now
	}
	l := &law{bundle: w.held.Bundle.GetDigest(), settings: settings, text: text, asked: map[policy.Resource]error{}}
	l.cluster = policy.Cluster{Name: settings.GetCluster(), Server: settings.GetServer(), Project: settings.GetProject()}
	if settings == nil {
		l.cluster = policy.Cluster{Name: w.app.Spec.Destination.Name, Server: w.app.Spec.Destination.Server}
	}
	project := &v1alpha1.AppProject{}
	project.Name = w.app.Spec.GetProject()
	if len(text) > 0 && json.Unmarshal(text, &project.Spec) == nil {
		l.project = project
	}
	l.forbidden = policy.Refusal(&w.app, policy.Application(l.project, &w.app, l.cluster))
	l.windows = policy.Windows(l.project, &w.app, l.cluster)
	r.account(w, l)
	w.view.law, w.view.compared = l, false
	return l
}

// lift the pauses after what failed before.
func (r *Reconciler) lift(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lifted[key] = true
}

// saysForbidden is nil-safe.
func (l *law) saysForbidden() string {
	if l == nil {
		return ""
	}
	return l.forbidden
}

// permit answers for one object.
func (l *law) permit(ref apply.Ref, namespaced bool) error {
	resource := policy.Resource{Group: ref.Group, Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, Namespaced: namespaced}
	l.mu.Lock()
	defer l.mu.Unlock()
	err, known := l.asked[resource]
	if known {
		return err
	}
	var v policy.Violation
	if errors.As(policy.Object(l.project, resource, l.cluster), &v) {
		err = errors.New(policy.Refused(l.project, resource, v))
	}
	l.asked[resource] = err
	return err
}

// check an operation that may bring sources of its own. Healing restores what
// was permitted once, and is not asked.
func (l *law) check(w *work, op v1alpha1.Operation) error {
	if l.unaccountable != "" {
		return errors.New(l.unaccountable)
	}
	if w.memory.Running.Drift {
		return nil
	}
	app := w.app
	app.Spec = synced(app.Spec, op)
	if refused := policy.Refusal(&app, policy.Application(l.project, &app, l.cluster)); refused != "" {
		return fmt.Errorf("nothing was applied: %s", refused)
	}
	return nil
}

// withheld are the objects of the inventory that the project does not permit.
// They are neither compared, shown, pruned nor deleted, and stay accounted for.
func (w *work) withheld() apply.Inventory {
	if w.law == nil {
		return nil
	}
	var out apply.Inventory
	for _, e := range w.held.Inventory {
		if w.law.permit(e.Ref, e.Namespace != "") != nil {
			out = append(out, e)
		}
	}
	return out
}

// managed are the others.
func (w *work) managed() apply.Inventory { return w.held.Inventory.Minus(w.withheld()) }

// first message that there is.
func first(messages ...string) string {
	for _, m := range messages {
		if m != "" {
			return m
		}
	}
	return ""
}
