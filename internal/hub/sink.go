package hub

import (
	"context"

	"github.com/fairlead/fairlead/internal/hub/session"
	"github.com/fairlead/fairlead/internal/hub/status"
)

// sink passes what sessions learn to the status writer.
type sink struct{ *status.Writer }

var _ session.Sink = sink{}

func (s sink) Connected(ctx context.Context, cluster string, info session.Info) {
	s.Writer.Connected(ctx, cluster, info.AgentVersion)
}

func (s sink) Disconnected(ctx context.Context, cluster string, _ session.Info) {
	s.Writer.Disconnected(ctx, cluster)
}
