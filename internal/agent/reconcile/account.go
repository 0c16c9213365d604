package reconcile

import (
	"fmt"

	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/policy"
)

// Impersonation says who applies, compares and prunes for an Application whose
// project has destinationServiceAccounts.
//
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/app-sync-using-impersonation/
type Impersonation string

// The ways of it.
const (
	// ImpersonationOff: the agent itself.
	ImpersonationOff Impersonation = "off"
	// ImpersonationEnforced: the matching account; without one, nobody.
	ImpersonationEnforced Impersonation = "enforced"
	// ImpersonationPreferred: the matching account; without one, the agent.
	ImpersonationPreferred Impersonation = "preferred"
)

// Check that it is one of them; "" means off.
func (i Impersonation) Check() error {
	switch i {
	case "", ImpersonationOff, ImpersonationEnforced, ImpersonationPreferred:
		return nil
	}
	return fmt.Errorf("impersonation %q is not known: use off, enforced or preferred", i)
}

// account finds who acts for an Application.
func (r *Reconciler) account(w *work, l *law) {
	l.engine = r.opts.Engine
	if r.opts.Impersonation == "" || r.opts.Impersonation == ImpersonationOff {
		return
	}
	account, found, err := policy.ServiceAccount(l.project, &w.app, l.cluster)
	switch {
	case err != nil:
		l.unaccountable = fmt.Sprintf("failed to derive service account to impersonate: %v", err)
	case found:
		if l.engine, err = r.opts.Engine.As(account.User()); err != nil {
			l.engine, l.unaccountable = r.opts.Engine, err.Error()
		}
	case r.opts.Impersonation == ImpersonationEnforced:
		l.unaccountable = fmt.Sprintf("no matching service account found for destination server %s and namespace %s: "+
			"add one to spec.destinationServiceAccounts of project %s", l.cluster.Server, w.app.Spec.Destination.Namespace, w.app.Spec.GetProject())
	}
}

// engine that ends an Application. Where no account matches it is the agent's
// own, as in Argo CD: what cannot be applied any more can still be deleted.
func (w *work) engine(r *Reconciler) *apply.Engine {
	if w.law == nil {
		return r.opts.Engine
	}
	return w.law.engine
}
