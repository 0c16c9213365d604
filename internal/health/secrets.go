package health

import (
	"cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// clusterExternalSecret goes by the last condition, where its controller
// appends: Ready, PartiallyReady or NotReady
// (https://external-secrets.io/latest/api/clusterexternalsecret/).
func clusterExternalSecret(o object) v1alpha1.HealthStatus {
	conditions := o.conditions()
	if len(conditions) == 0 {
		return progressing("waiting for the condition Ready")
	}
	switch c := conditions[len(conditions)-1]; {
	case c.kind == "Ready" && c.isTrue():
		return healthy(c.message)
	case c.kind == "Ready" && c.isFalse(), c.kind == "PartiallyReady" && c.isTrue(), c.kind == "NotReady" && c.isTrue():
		return degraded(cmp.Or(c.why(), "condition "+c.kind+" is "+c.status))
	default:
		return progressing(cmp.Or(c.why(), "waiting for the condition Ready"))
	}
}

// certificate of cert-manager (https://cert-manager.io/docs/usage/certificate/).
// An issuance under way comes first: the certificate at hand may be one of an
// older spec. So may the condition Ready, which carries its own generation.
func certificate(o object) v1alpha1.HealthStatus {
	if c := o.condition("Issuing"); c.isTrue() {
		return progressing(cmp.Or(c.why(), "certificate is being issued"))
	}
	if c := o.condition("Ready"); c.observed != 0 && c.observed < o.number("metadata", "generation") {
		return progressing(unobserved)
	}
	return waitFor("Ready")(o)
}
