package health

import (
	"cmp"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// application takes a child Application at its word, so that a parent waits
// for its children (app of apps).
func application(o object) v1alpha1.HealthStatus {
	code := v1alpha1.HealthStatusCode(o.text("status", "health", "status"))
	message := o.text("status", "health", "message")
	switch {
	case code == "":
		return progressing("waiting for the application's first status")
	case severity[code] == 0:
		return unknown(fmt.Sprintf("health %q of the application is none that is known", code))
	case message == "" && code != v1alpha1.HealthStatusHealthy:
		message = fmt.Sprintf("application is %s: see its status.resources", code)
	}
	return v1alpha1.HealthStatus{Status: code, Message: message}
}

func applicationSet(o object) v1alpha1.HealthStatus {
	upToDate := o.condition("ResourcesUpToDate")
	if c := o.condition("ErrorOccurred"); c.isTrue() {
		return degraded(cmp.Or(c.message, c.reason))
	}
	if upToDate.isFalse() {
		return degraded(cmp.Or(upToDate.message, upToDate.reason))
	}
	if c := o.condition("RolloutProgressing"); c.isTrue() {
		return progressing(cmp.Or(c.message, "roll-out is under way"))
	}
	if upToDate.isTrue() {
		return healthy(upToDate.message)
	}
	return progressing("waiting for the applications to be written")
}
