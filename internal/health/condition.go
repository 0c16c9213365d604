package health

import (
	"cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// condition of status.conditions; an absent one has status "".
type condition struct {
	kind, status, reason, message string
	// observed is the condition's own observedGeneration; 0 if it has none.
	observed int64
}

func conditionOf(c object) condition {
	return condition{
		kind: c.text("type"), status: c.text("status"), reason: c.text("reason"), message: c.text("message"),
		observed: c.number("observedGeneration"),
	}
}

func (o object) conditions() []condition {
	list := o.list("status", "conditions")
	out := make([]condition, 0, len(list))
	for _, c := range list {
		out = append(out, conditionOf(c))
	}
	return out
}

// condition by type, the first of that type.
func (o object) condition(kind string) condition {
	for _, c := range o.list("status", "conditions") {
		if c.text("type") == kind {
			return conditionOf(c)
		}
	}
	return condition{kind: kind}
}

func (c condition) isTrue() bool  { return c.status == "True" }
func (c condition) isFalse() bool { return c.status == "False" }

// why is the condition's reason and message, whichever it has.
func (c condition) why() string {
	if c.reason == "" || c.message == "" {
		return cmp.Or(c.message, c.reason)
	}
	return c.reason + ": " + c.message
}

// waitFor is a rule that goes by one condition alone: True is healthy, False
// degraded, anything else is waited for.
func waitFor(kind string) rule {
	return func(o object) v1alpha1.HealthStatus {
		switch c := o.condition(kind); c.status {
		case "True":
			return healthy(c.message)
		case "False":
			return degraded(cmp.Or(c.why(), "condition "+kind+" is False"))
		default:
			return progressing(cmp.Or(c.why(), "waiting for the condition "+kind))
		}
	}
}

// seen puts a rule behind the controller: as long as its status is of an older
// spec, the object is Progressing. It is for kinds whose controllers keep
// status.observedGeneration up to date.
func seen(judge rule) rule {
	return func(o object) v1alpha1.HealthStatus {
		if lag := o.lag(); lag != "" {
			return progressing(lag)
		}
		return judge(o)
	}
}
