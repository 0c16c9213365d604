package application

import (
	"fmt"
	"strings"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Facts is all that a decision about one Application rests on.
type Facts struct {
	// Cluster is the destination's cluster; empty when DestinationError says
	// why there is none.
	Cluster string
	// DestinationError is why no cluster matches; empty when one does.
	DestinationError string
	// Enrolled is true when an agent of that cluster has a certificate.
	Enrolled bool
	// ProjectFound is true when the AppProject exists.
	ProjectFound bool
	// Forbidden says what the AppProject does not permit; empty for nothing.
	Forbidden string
	// Unresolved holds one line per source whose revision is not known, or
	// could not be asked about anew.
	Unresolved []string
	// Wanted is what the pins say of each source of the spec, "" where they say
	// nothing. It is asked for while the Application is paused.
	Wanted []string
}

// Decision is what the leader wants of one Application.
type Decision struct {
	// Cluster the Application is delivered to from now on; empty leaves the
	// recorded one as it is.
	Cluster string
	// ReleaseAt is the cluster that must forget the Application first, because
	// its destination changed; empty for none.
	ReleaseAt string
	// Conditions of the leader's own, without times.
	Conditions []v1alpha1.ApplicationCondition
}

// Decide is pure: equal inputs give equal decisions.
func Decide(app *v1alpha1.Application, f Facts) Decision {
	var d Decision
	say := func(kind v1alpha1.ApplicationConditionType, format string, args ...any) {
		d.Conditions = append(d.Conditions, v1alpha1.ApplicationCondition{Type: kind, Message: fmt.Sprintf(format, args...)})
	}

	held, paused := heldBack(app, f.Wanted)
	d.Conditions = append(d.Conditions, paused...)
	if len(app.Spec.GetSources()) == 0 {
		say(v1alpha1.ApplicationConditionInvalidSpecError, "spec.source and spec.sources are both empty; name a repository")
	}
	if !f.ProjectFound {
		say(v1alpha1.ApplicationConditionInvalidSpecError, "AppProject %q does not exist in this namespace; create it or use project \"default\"", app.Spec.GetProject())
	}
	if f.DestinationError != "" {
		say(v1alpha1.ApplicationConditionDestinationUnknown, "%s", f.DestinationError)
		return d
	}
	if f.Forbidden != "" {
		// It stays where it was delivered, if it was: nothing is released for
		// the sake of a destination that it may not have.
		say(v1alpha1.ApplicationConditionInvalidSpecError, "%s", f.Forbidden)
		return d
	}
	if !f.Enrolled {
		say(v1alpha1.ApplicationConditionNotDelivered, "no agent has joined cluster %q yet; run: fairlead cluster token %s", f.Cluster, f.Cluster)
	}
	if len(f.Unresolved) > 0 && !held { // what is held does not depend on it
		say(v1alpha1.ApplicationConditionRevisionUnresolved, "%s", strings.Join(f.Unresolved, "; "))
	}

	was := deliveredTo(app)
	moved := was != "" && was != f.Cluster
	if moved && !f.ProjectFound {
		return d // nobody can tell whether it may
	}
	d.Cluster = f.Cluster
	if moved {
		d.ReleaseAt = was
	}
	return d
}

// deliveredTo returns the cluster that an Application was last assigned to.
func deliveredTo(app *v1alpha1.Application) string {
	if app.Status.Delivery == nil {
		return ""
	}
	return app.Status.Delivery.Cluster
}

// endOf says what the agent must do when app is deleted.
func endOf(app *v1alpha1.Application) (fleet.TombstoneAction, string) {
	if app.CascadedDeletion() {
		return fleet.TombstoneDelete, "application deleted with finalizer " + v1alpha1.ResourcesFinalizerName
	}
	return fleet.TombstoneRelease, "application deleted without a resources finalizer"
}

func keyOf(app *v1alpha1.Application) fleet.ApplicationKey {
	return fleet.ApplicationKey{Namespace: app.Namespace, Name: app.Name, UID: string(app.UID)}
}
