package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// firstAnswerTimeout bounds the wait for the first answer of a stream.
const firstAnswerTimeout = 60 * time.Second

// Have is what an agent says of itself when it connects.
type Have struct {
	// Highest position that it ever saw.
	Highest Position
	// Digests by key of the bundles that it holds and delivers, each as the hub
	// gave it; without orphans and without what it was told to delete or release.
	Digests map[string][]byte
}

// Stream is one session: answers come down, reports go up.
type Stream struct {
	client  *Client
	link    *link
	stop    context.CancelFunc
	stream  *connect.ServerStreamForClient[deliveryv1.WatchResponse]
	first   *deliveryv1.WatchResponse
	session uint64

	reporting sync.Mutex
	sequence  uint64
}

// Watch opens a session and returns when its first answer has come. It first
// says one digest for all that the agent has, and the digests one by one only
// if the hub asks for them. The stream lives until ctx ends, Close is called,
// or the connection breaks.
func (c *Client) Watch(ctx context.Context, have Have) (*Stream, error) {
	request := &deliveryv1.WatchRequest{
		Protocol:     Protocol,
		AgentVersion: c.options.Version,
		Highest:      have.Highest.Message(),
		SetDigest:    SetDigest(have.Digests),
		HaveIncluded: len(have.Digests) == 0,

		AnswersQueries: true,
	}
	s, err := c.open(ctx, request)
	if err == nil && s.first.GetNeedHave() != nil {
		s.Close()
		request.Have, request.HaveIncluded = have.Digests, true
		s, err = c.open(ctx, request)
		if err == nil && s.first.GetNeedHave() != nil {
			s.Close()
			err = errors.New("hub asks again for digests that it was given")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", c.options.Endpoint, err)
	}
	return s, nil
}

// open starts a stream and reads its first answer.
func (c *Client) open(ctx context.Context, request *deliveryv1.WatchRequest) (*Stream, error) {
	ctx, stop := context.WithCancelCause(ctx)
	s := &Stream{client: c, link: c.current(), stop: func() { stop(nil) }}
	late := time.AfterFunc(firstAnswerTimeout, func() {
		stop(fmt.Errorf("no first answer within %s", firstAnswerTimeout))
	})
	defer late.Stop()
	var err error
	if s.stream, err = s.link.calls.Watch(ctx, request); err == nil {
		s.first, err = s.receive()
	}
	if err != nil {
		err = errors.Join(err, lateCause(ctx))
		s.Close()
		return nil, err
	}
	s.session = s.first.GetSession()
	return s, nil
}

// lateCause is why ctx ended, when that says more than that it ended.
func lateCause(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil && cause != ctx.Err() {
		return cause
	}
	return nil
}

// Session is the number that the hub gave this stream; it rises with each.
func (s *Stream) Session() uint64 { return s.session }

// Next waits for the next whole answer: same, full or delta; or for a query. It
// returns io.EOF when the hub ended the stream in order, else why it broke. One caller at a
// time.
func (s *Stream) Next() (*deliveryv1.WatchResponse, error) {
	if s.first != nil {
		first := s.first
		s.first = nil
		return first, nil
	}
	return s.receive()
}

func (s *Stream) receive() (*deliveryv1.WatchResponse, error) {
	var parts joiner
	for s.stream.Receive() {
		message := s.stream.Msg()
		s.client.options.Time.observeUnix(message.GetHubTime())
		whole, err := parts.add(message)
		if whole != nil || err != nil {
			return whole, err
		}
	}
	if err := s.stream.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

// Close ends the session. Safe to call twice.
func (s *Stream) Close() {
	s.stop()
	if s.stream != nil {
		_ = s.stream.Close() // the stream is given up either way
	}
	if s.link != s.client.current() {
		s.link.close() // nobody dials with a replaced certificate again
	}
}
