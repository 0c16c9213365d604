package agent

import "github.com/fairlead/fairlead/internal/agent/state"

// rejudge puts the health rules that the hub told last in force: from disk at
// the start, then with each answer that changes them. What cannot be used is
// named; the rest holds.
func (p *parts) rejudge(held *state.State) {
	changed, refused := p.rules.Take(held.Settings().GetHealthRules())
	for _, e := range refused {
		p.log.WithName("health").Info("a health rule of the fleet is left out", "reason", e.Error())
	}
	if len(changed) > 0 && p.watches != nil {
		p.watches.Rejudge(changed...)
	}
}
