package status

import (
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/health"
)

// appHealth rolls up the objects, what waits to be pruned among them, and names
// the one that decides.
func appHealth(in Input) v1alpha1.AppHealthStatus {
	h := v1alpha1.AppHealthStatus{LastTransitionTime: in.Previous.Health.LastTransitionTime}
	h.Status, h.Message = verdict(in)
	if h.LastTransitionTime == nil || h.Status != in.Previous.Health.Status {
		h.LastTransitionTime = at(in.Now)
	}
	return h
}

func verdict(in Input) (v1alpha1.HealthStatusCode, string) {
	if in.Items == nil {
		return v1alpha1.HealthStatusUnknown, "its objects have not been compared with the cluster yet"
	}
	resources := make([]health.Resource, len(in.Items))
	for i, item := range in.Items {
		resources[i] = in.resource(item)
	}
	code, decides := health.RollUp(resources)
	switch {
	case decides >= 0:
		item := in.Items[decides]
		return code, cut(fmt.Sprintf("%s is %s", item.Ref, code), item.Health.Message)
	case code == v1alpha1.HealthStatusMissing:
		return code, "none of its objects is in the cluster"
	}
	return code, ""
}

// resource is an object as the roll-up sees it. What was refused before anybody
// looked for it, and what could not be looked at, may be there.
func (in Input) resource(item apply.Item) health.Resource {
	unseen := item.UID == "" && (item.Reason == apply.ReasonRefused || item.Reason == apply.ReasonNotAllowed)
	self := item.Group == "argoproj.io" && item.Kind == "Application" && item.Namespace == in.Namespace && item.Name == in.Name
	return health.Resource{
		GroupKind: item.GroupVersionKind().GroupKind(), Health: item.Health.Status,
		Live: item.UID != "" || item.State == apply.StateUnknown,
		Hook: unseen, Ignored: self || item.HealthIgnored,
	}
}

// cut joins what is said of an object with its own message, within the bound of
// health messages.
func cut(said, message string) string {
	if message == "" {
		return said
	}
	said += ": " + message
	if len(said) > health.MaxMessage {
		return shorten(said, health.MaxMessage-len(more))
	}
	return said
}
