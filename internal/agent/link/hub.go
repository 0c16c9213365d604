package link

import (
	"context"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Hub is the far end of the connection, as far as an agent needs it.
type Hub interface {
	// Watch opens a session.
	Watch(ctx context.Context, have delivery.Have) (Session, error)
}

// Session is one open connection: answers come down, reports go up.
// [delivery.Stream] is one.
type Session interface {
	// Next waits for the next whole answer, or a query. Any error ends the session.
	Next() (*deliveryv1.WatchResponse, error)
	// Report hands over a report; nil means that the hub has taken it.
	Report(ctx context.Context, report *deliveryv1.ReportRequest) error
	// Answer hands over what a query of this session asked for.
	Answer(ctx context.Context, answer *deliveryv1.AnswerRequest) error
	// Close ends the session; Next then returns.
	Close()
}

// Dial is the Hub behind a delivery client.
func Dial(c *delivery.Client) Hub { return dialled{c} }

type dialled struct{ client *delivery.Client }

func (d dialled) Watch(ctx context.Context, have delivery.Have) (Session, error) {
	s, err := d.client.Watch(ctx, have)
	if err != nil {
		return nil, err
	}
	return s, nil
}
