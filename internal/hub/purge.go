package hub

import (
	"context"
	"time"

	"github.com/fairlead/fairlead/clusters/enroll"
)

// purgeEvery is how often join tokens that have long ended are removed.
const purgeEvery = time.Hour

// purge removes them, on the leader.
type purge struct {
	tokens enroll.SecretTokens
	opts   Options
}

// run works until ctx ends.
func (p purge) run(ctx context.Context) error {
	tick := time.NewTicker(purgeEvery)
	defer tick.Stop()
	for {
		if err := p.tokens.Purge(ctx, p.opts.Now()); err != nil && ctx.Err() == nil {
			p.opts.Logger.Error(err, "ended join tokens are not removed yet")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
