package query

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/client-go/metadata"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/reconcile"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

const (
	// atOnce is how many questions are worked on at a time, and maxWaiting how
	// many more may wait for a turn.
	atOnce     = 2
	maxWaiting = 16
	// defaultTime bounds a question that names no time; maxTime every one.
	defaultTime = time.Minute
	maxTime     = 5 * time.Minute
)

// Previews prepare what an Application wants. [reconcile.Reconciler] is one.
type Previews interface {
	Preview(ctx context.Context, key string, at reconcile.Elsewhere) (reconcile.Preview, error)
}

// Service answers questions. Make it with [New].
type Service struct {
	previews Previews
	state    *state.State
	engine   *apply.Engine
	metadata metadata.Interface
	log      logr.Logger
	waiting  chan struct{}
	turns    chan struct{}
	running  sync.WaitGroup
}

// New service; nothing runs before the first question.
func New(previews Previews, held *state.State, engine *apply.Engine, meta metadata.Interface, log logr.Logger) *Service {
	return &Service{
		previews: previews, state: held, engine: engine, metadata: meta, log: log,
		waiting: make(chan struct{}, atOnce+maxWaiting), turns: make(chan struct{}, atOnce),
	}
}

// Ask works on a question in a goroutine of its own, which ends with ctx or
// with the question's time, and replies once.
func (s *Service) Ask(ctx context.Context, question *deliveryv1.Query, reply func(context.Context, *deliveryv1.AnswerRequest) error) {
	select {
	case s.waiting <- struct{}{}:
	default:
		s.running.Go(func() {
			s.reply(ctx, reply, question, nil, delivery.QueryErrorf(fleet.QueryBusy,
				"this agent has %d queries to answer; try again in a while", atOnce+maxWaiting))
		})
		return
	}
	s.running.Go(func() {
		defer func() { <-s.waiting }()
		answer, err := s.work(ctx, question)
		s.reply(ctx, reply, question, answer, err)
	})
}

// Wait until nothing is worked on any more. Call it when the contexts of all
// questions have ended and nobody asks.
func (s *Service) Wait() { s.running.Wait() }

// work on one question when its turn comes.
func (s *Service) work(ctx context.Context, question *deliveryv1.Query) ([]byte, error) {
	limit := time.Duration(question.GetSeconds()) * time.Second
	if limit <= 0 {
		limit = defaultTime
	}
	ctx, cancel := context.WithTimeout(ctx, min(limit, maxTime))
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
	case <-ctx.Done():
		return nil, delivery.QueryErrorf(fleet.QueryTimedOut, "other queries took all the time; try again")
	}
	answer, err := s.guarded(ctx, question)
	if err != nil && ctx.Err() != nil {
		err = delivery.QueryErrorf(fleet.QueryTimedOut, "not answered within %s: %v", limit, err)
	}
	return answer, err
}

// guarded turns a panic into an error.
func (s *Service) guarded(ctx context.Context, question *deliveryv1.Query) (answer []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error(fmt.Errorf("%v", p), "query panicked", "query", question.GetId(), "stack", string(debug.Stack()))
			err = fmt.Errorf("the agent failed on this query; its log says more")
		}
	}()
	key := delivery.Key(question.GetNamespace(), question.GetName())
	if held, found := s.state.Application(key); !found || held.Bundle == nil || held.UID() != question.GetUid() {
		return nil, delivery.QueryErrorf(fleet.QueryNotDelivered, "application %s has not reached this agent yet; ask again", key)
	}
	switch question.GetKind() {
	case deliveryv1.Query_KIND_DIFF:
		return s.diff(ctx, key, question)
	case deliveryv1.Query_KIND_TREE:
		return s.tree(ctx, key)
	}
	return nil, delivery.QueryErrorf(fleet.QueryOldAgent, "this agent does not know what is asked (kind %d); update the agent", question.GetKind())
}

// maxError bounds what is said of an error, in bytes; the hub takes 16 KiB.
const maxError = 8 << 10

func (s *Service) reply(ctx context.Context, reply func(context.Context, *deliveryv1.AnswerRequest) error, question *deliveryv1.Query, answer []byte, err error) {
	message := &deliveryv1.AnswerRequest{Id: question.GetId(), Answer: answer}
	if err != nil {
		text := err.Error()
		message.Answer, message.Error, message.Reason = nil, text[:min(len(text), maxError)], string(delivery.ReasonOf(err))
	}
	if err := reply(ctx, message); err != nil && ctx.Err() == nil {
		s.log.Info("nobody took the answer to a query", "query", question.GetId(), "reason", err.Error())
	}
}
