package application

import (
	"slices"
	"testing"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

func heldFor(message string) v1alpha1.ApplicationCondition {
	return v1alpha1.ApplicationCondition{Type: v1alpha1.ApplicationConditionDeletionHeld, Message: message}
}

// agentSays puts conditions in the agent's list, and where an earlier hub may
// have copied them.
func agentSays(said ...v1alpha1.ApplicationCondition) func(*v1alpha1.Application) {
	return func(a *v1alpha1.Application) {
		a.Status.Delivery.Conditions = said
		a.Status.Conditions = append(a.Status.Conditions, said...)
	}
}

func TestAnAgentDoesNotHoldADeletion(t *testing.T) {
	for name, words := range map[string]string{"for good": "by the agent", "unjudged": trouble + "by the agent"} {
		t.Run(name, func(t *testing.T) {
			app := ending(agentSays(heldFor(words)))
			o := newOffice(t, app)
			o.wake(t, app, 1)
			if err := o.Gate.judge(t.Context()); err != nil {
				t.Fatal(err)
			}
			is := o.wake(t, app, 1)
			if got := o.orderAt(t, "one", app); got != fleet.TombstoneDelete {
				t.Errorf("order %q, conditions %v", got, is.Status.Conditions)
			}
		})
	}
}

func TestAnAgentDoesNotEndAHold(t *testing.T) {
	own := heldFor(heldMessage(ending(), "too much would go at once"))
	for name, said := range map[string]v1alpha1.ApplicationCondition{
		"by another reason":  heldFor(trouble + "by the agent"),
		"by the same words":  own,
		"by nearly the same": heldFor(own.Message + "."),
	} {
		t.Run(name, func(t *testing.T) {
			app := ending(func(a *v1alpha1.Application) { a.Status.Conditions = append(a.Status.Conditions, own) }, agentSays(said))
			o := newOffice(t, app)
			o.wake(t, app, 1)
			if err := o.Gate.judge(t.Context()); err != nil {
				t.Fatal(err)
			}
			is := o.wake(t, app, 1)
			if got := o.orderAt(t, "one", app); got != "" || !isHeld(is) || isUnjudged(is) {
				t.Errorf("order %q, conditions %v", got, is.Status.Conditions)
			}
		})
	}
}

// An earlier hub may have copied words that the agent no longer says.
func TestOneFinalHoldIsEnough(t *testing.T) {
	app := ending(func(a *v1alpha1.Application) {
		a.Status.Conditions = []v1alpha1.ApplicationCondition{heldFor("too much would go at once"), heldFor(trouble + "by the agent")}
	})
	if !isHeld(app) || isUnjudged(app) {
		t.Error("judged again")
	}
}

// What the agent says is copied beside the leader's words, except what only the
// leader may say: with a hold, and while the Application lives.
func TestTheLeadersTypesAreItsOwn(t *testing.T) {
	said := []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionSyncError, Message: "there"}}
	for _, kind := range leaders {
		said = append(said, v1alpha1.ApplicationCondition{Type: kind, Message: "there"})
	}
	app := anApplication(deliveredAt("one"), func(a *v1alpha1.Application) {
		a.Finalizers = []string{fleet.Finalizer}
		a.Status.Delivery.Conditions = said
	})
	o := newOffice(t, app)
	if err := o.writeStatus(t.Context(), app, Decision{Cluster: "one"}); err != nil {
		t.Fatal(err)
	}
	living := app.Status.Conditions
	if err := o.sayHeld(t.Context(), app, "too much"); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]v1alpha1.ApplicationCondition{"living": living, "held": app.Status.Conditions} {
		theirs := slices.DeleteFunc(slices.Clone(got), func(c v1alpha1.ApplicationCondition) bool { return c.Message != "there" })
		if len(theirs) != 1 || theirs[0].Type != v1alpha1.ApplicationConditionSyncError {
			t.Errorf("%s: %v", name, got)
		}
	}
	if len(living) != 1 || len(app.Status.Conditions) != 2 {
		t.Errorf("living: %v, held: %v", living, app.Status.Conditions)
	}
}
