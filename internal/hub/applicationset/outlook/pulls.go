package outlook

import (
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// Pulls is what hosts have answered about pull requests for this look, and which
// rows those answers gave. Of a look that builds on the last one it is nothing:
// its answers are older, and some may be to questions that nobody asks any more.
// It takes work in proportion to the set.
func (o Outlook) Pulls() guard.Pulls {
	var out guard.Pulls
	if !o.fresh {
		return out
	}
	for _, list := range generators.PullRequestLists(o.State.Expansion.Answers()) {
		out.Answer(list.Question, list.PullRequests)
	}
	for _, row := range o.Rows {
		if row.From.Question != "" {
			out.Row(plan.PullSource(row.From))
		}
	}
	return out
}
