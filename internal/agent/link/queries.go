package link

import (
	"context"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Queries answer what the hub asks beside the desired set.
type Queries interface {
	// Ask works on a question without holding up the session, and hands the
	// answer to reply, at most once, unless ctx ends before.
	Ask(ctx context.Context, question *deliveryv1.Query, reply func(context.Context, *deliveryv1.AnswerRequest) error)
}

// take gives a message of a session to whom it concerns.
func (l *Loop) take(ctx context.Context, s Session, message *deliveryv1.WatchResponse) error {
	question := message.GetQuery()
	switch {
	case question == nil:
		return l.Desired.Take(ctx, message)
	case l.Queries != nil:
		l.Queries.Ask(ctx, question, s.Answer)
	}
	return nil
}
