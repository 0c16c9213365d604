package decide

import (
	"fmt"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// SlowRetry is the pause before an automated sync that failed for good is
// tried once more, where selfHeal is on.
const SlowRetry = 5 * time.Minute

// Action is what a step does.
type Action string

// Actions.
const (
	// Nothing is to be done until something changes.
	Nothing Action = "nothing"
	// Wait for Step.Until, then decide again.
	Wait Action = "wait"
	// Start a new operation.
	Start Action = "start"
	// Continue the running operation with another attempt.
	Continue Action = "continue"
)

// Cause of a new operation.
type Cause string

// Causes.
const (
	// Requested by a user, through the hub.
	Requested Cause = "requested"
	// NewTarget: the revision or the parameters changed.
	NewTarget Cause = "new-target"
	// Drift: the cluster changed under an unchanged target.
	Drift Cause = "drift"
)

// Compared is what a comparison counted.
type Compared struct {
	// Wanted objects, in the rendered manifests.
	Wanted int
	// OutOfSync objects that a sync would create or change.
	OutOfSync int
	// Prunable objects, which only a prune would remove.
	Prunable int
	// Stale: compared with the last good render, because the present target
	// cannot be rendered.
	Stale bool
	// NoProgress: what is out of sync is, object by object and unchanged
	// since, what the last operation left behind.
	NoProgress bool
}

// Attempt is the last operation that finished.
type Attempt struct {
	// Target it synced to.
	Target string
	// Succeeded, or failed for good.
	Succeeded bool
	// Aborted: a person ended it before it was done.
	Aborted bool
	// Message of a failure.
	Message string
	// FinishedAt is when.
	FinishedAt time.Time
}

// Running is the operation in progress.
type Running struct {
	// Target it syncs to.
	Target string
	// Automated: started by policy, not by a user.
	Automated bool
	// Waiting for a wave to become healthy; another attempt costs nothing.
	Waiting bool
	// NextAt is when the next attempt is due.
	NextAt time.Time
}

// Input is everything a decision depends on.
type Input struct {
	Now time.Time
	// Target identifies revisions, parameters and destination.
	Target   string
	Policy   Policy
	Compared Compared
	// Last finished operation; nil if none is remembered.
	Last *Attempt
	// Running operation; nil if there is none.
	Running *Running
	// Requested: a user's operation has not been started yet.
	Requested bool
	// Healing is the budget of the drifted object that was healed least lately.
	Healing Budget
}

// Step is what to do.
type Step struct {
	Action Action
	// Cause, with Start.
	Cause Cause
	// Prune, with Start: remove what left the manifests.
	Prune bool
	// Until, with Wait.
	Until time.Time
	// Problem, if any, belongs in the SyncError condition.
	Problem string
}

// Next chooses the step.
func Next(in Input) Step {
	if in.Requested {
		return Step{Action: Start, Cause: Requested}
	}
	if in.Running != nil && !Superseded(in) {
		return in.Running.next(in.Now)
	}
	if !in.Policy.Automated || !in.Compared.needsSync(in.Policy) {
		return Step{Action: Nothing}
	}
	if in.wouldWipe() {
		return Step{Action: Nothing, Problem: fmt.Sprintf(
			"automated sync refused: the manifests are empty and all %d objects would be pruned; "+
				"set syncPolicy.automated.allowEmpty, or sync by hand with prune", in.Compared.Prunable)}
	}
	if in.Compared.Stale {
		return in.healStale()
	}
	if in.Last == nil || in.Last.Target != in.Target {
		return Step{Action: Start, Cause: NewTarget, Prune: in.Policy.Prune}
	}
	if !in.Last.Succeeded {
		return in.afterFailure()
	}
	return in.heal(in.Policy.Prune)
}

// Superseded tells whether the running operation ends here: an automated one
// gives way to a new target, any to a user's request.
func Superseded(in Input) bool {
	r := in.Running
	return r != nil && (in.Requested || r.Automated && !in.Compared.Stale && r.Target != in.Target)
}

func (r *Running) next(now time.Time) Step {
	if !r.Waiting && now.Before(r.NextAt) {
		return Step{Action: Wait, Until: r.NextAt}
	}
	return Step{Action: Continue}
}

// needsSync: pruning alone is a reason only where pruning is allowed.
func (c Compared) needsSync(p Policy) bool {
	return c.OutOfSync > 0 || (p.Prune && c.Prunable > 0)
}

func (in Input) wouldWipe() bool {
	return in.Policy.Prune && !in.Policy.AllowEmpty && in.Compared.Wanted == 0 && in.Compared.Prunable > 0
}

// healStale restores the last good state and removes nothing.
func (in Input) healStale() Step {
	if in.Compared.OutOfSync == 0 {
		return Step{Action: Nothing}
	}
	return in.heal(false)
}

func (in Input) afterFailure() Step {
	problem := "last sync failed: " + in.Last.Message
	if !in.Policy.SelfHeal || in.Last.Aborted {
		return Step{Action: Nothing, Problem: problem}
	}
	if due := in.Last.FinishedAt.Add(SlowRetry); in.Now.Before(due) {
		return Step{Action: Wait, Until: due, Problem: problem}
	}
	return Step{Action: Start, Cause: NewTarget, Prune: in.Policy.Prune, Problem: problem}
}

func (in Input) heal(prune bool) Step {
	switch {
	case !in.Policy.SelfHeal, in.Compared.NoProgress:
		return Step{Action: Nothing}
	case !in.Healing.Allows(in.Now):
		return Step{Action: Wait, Until: in.Healing.NextAt(in.Now)}
	}
	return Step{Action: Start, Cause: Drift, Prune: prune}
}

// Initiator of an operation with this cause, for the history.
func (c Cause) Initiator() v1alpha1.OperationInitiator {
	return v1alpha1.OperationInitiator{Automated: c != Requested}
}
