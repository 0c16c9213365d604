package decide

import "time"

// Limits of a Budget: healBurst heals at once, then one every healRefill.
const (
	healBurst  = 20
	healRefill = time.Second
)

// Budget bounds how often one object is healed, so that a fight with another
// controller costs one apply a second and not a core. The zero value is full.
type Budget struct {
	spent int
	since time.Time
}

// Allows tells whether one more heal is within the budget.
func (b Budget) Allows(now time.Time) bool { return b.at(now).spent < healBurst }

// NextAt is when the budget allows one more.
func (b Budget) NextAt(now time.Time) time.Time {
	b = b.at(now)
	if b.spent < healBurst {
		return now
	}
	return b.since.Add(healRefill)
}

// Spend takes one heal off the budget.
func (b Budget) Spend(now time.Time) Budget {
	b = b.at(now)
	b.spent++
	return b
}

// Full tells whether nothing of the budget is spent.
func (b Budget) Full(now time.Time) bool { return b.at(now).spent == 0 }

// at refills what time has given back.
func (b Budget) at(now time.Time) Budget {
	if b.spent == 0 || b.since.IsZero() {
		return Budget{since: now}
	}
	refilled := int(now.Sub(b.since) / healRefill)
	if refilled <= 0 {
		return b
	}
	b.spent = max(0, b.spent-refilled)
	b.since = b.since.Add(time.Duration(refilled) * healRefill)
	return b
}
