package decide

import (
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// defaultRetryLimit is how often an automated sync is tried again when the
// Application has no retry strategy, as in Argo CD.
const defaultRetryLimit = 5

// Policy is spec.syncPolicy with its defaults filled in.
type Policy struct {
	Automated  bool
	Prune      bool
	SelfHeal   bool
	AllowEmpty bool
	Retry      v1alpha1.RetryStrategy
}

// PolicyOf reads the policy of an Application.
func PolicyOf(p *v1alpha1.SyncPolicy) Policy {
	out := Policy{Retry: v1alpha1.RetryStrategy{Limit: defaultRetryLimit}}
	if p == nil {
		return out
	}
	if p.Retry != nil {
		out.Retry = *p.Retry
	}
	if p.IsAutomatedSyncEnabled() {
		out.Automated = true
		out.Prune = p.Automated.GetPrune()
		out.SelfHeal = p.Automated.GetSelfHeal()
		out.AllowEmpty = p.Automated.GetAllowEmpty()
	}
	return out
}
