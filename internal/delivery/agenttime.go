package delivery

import (
	"sync"
	"time"
)

// AgentTime is the time by which an agent judges certificates: the highest of
// its clock, the last time that its hub told, and its build's time. A machine
// whose clock stands at 1970 still reaches its hub. It is never used to decide
// about workloads. Safe for concurrent use.
type AgentTime struct {
	clock func() time.Time

	mu    sync.Mutex
	floor time.Time
}

// NewAgentTime reads clock and never goes below a floor: the build's time and
// the hub's last time as the agent kept it.
func NewAgentTime(clock func() time.Time, floors ...time.Time) *AgentTime {
	t := &AgentTime{clock: clock}
	for _, floor := range floors {
		t.Observe(floor)
	}
	return t
}

// Observe raises the floor to what a verified hub said its time is.
func (t *AgentTime) Observe(hub time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if hub.After(t.floor) {
		t.floor = hub
	}
}

// observeUnix is Observe for a time on the wire; 0 is none.
func (t *AgentTime) observeUnix(seconds int64) {
	if seconds > 0 {
		t.Observe(time.Unix(seconds, 0))
	}
}

// Floor is the highest time observed, for the agent to keep.
func (t *AgentTime) Floor() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.floor
}

// Now is the time to judge certificates by.
func (t *AgentTime) Now() time.Time {
	now, floor := t.clock(), t.Floor()
	if now.Before(floor) {
		return floor
	}
	return now
}
