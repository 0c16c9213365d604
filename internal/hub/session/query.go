package session

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"connectrpc.com/connect"

	fleetv1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// maxQuestions bounds what may wait for one agent.
const maxQuestions = 32

// questions that one session has been asked and has not answered.
type questions struct {
	send chan *deliveryv1.Query

	mu      sync.Mutex
	waiting map[string]chan<- *deliveryv1.AnswerRequest
}

func newQuestions() *questions {
	return &questions{
		send:    make(chan *deliveryv1.Query, maxQuestions),
		waiting: map[string]chan<- *deliveryv1.AnswerRequest{},
	}
}

// pending are the questions to send; none for an agent that knows no queries.
func (q *questions) pending() <-chan *deliveryv1.Query {
	if q == nil {
		return nil
	}
	return q.send
}

// add a question; false if too many wait, or it waits already.
func (q *questions) add(question *deliveryv1.Query, answer chan<- *deliveryv1.AnswerRequest) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if _, twice := q.waiting[question.GetId()]; twice || len(q.waiting) >= maxQuestions {
		return false
	}
	select {
	case q.send <- question:
		q.waiting[question.GetId()] = answer
		return true
	default:
		return false
	}
}

// take gives up waiting; nil if nobody waits for that answer.
func (q *questions) take(id string) chan<- *deliveryv1.AnswerRequest {
	q.mu.Lock()
	defer q.mu.Unlock()
	answer := q.waiting[id]
	delete(q.waiting, id)
	return answer
}

// Connected tells whether a session of the cluster is open here.
func (s *Server) Connected(cluster string) bool {
	return s.registry.slot(cluster).current.Load() != nil
}

// Ask puts a question to a cluster's agent and waits for the answer, until ctx
// or the session ends. Its errors are *delivery.QueryError.
func (s *Server) Ask(ctx context.Context, cluster string, question *deliveryv1.Query) ([]byte, error) {
	open := s.registry.slot(cluster).current.Load()
	if open == nil {
		return nil, delivery.QueryErrorf(fleetv1.QueryNotConnected, "the agent of cluster %s is not connected", cluster)
	}
	if open.asked == nil {
		return nil, delivery.QueryErrorf(fleetv1.QueryOldAgent,
			"the agent of cluster %s (version %s) does not answer queries; update the agent", cluster, open.info.AgentVersion)
	}
	answers := make(chan *deliveryv1.AnswerRequest, 1)
	if !open.asked.add(question, answers) {
		return nil, delivery.QueryErrorf(fleetv1.QueryBusy, "the agent of cluster %s has %d queries to answer; try again in a while", cluster, maxQuestions)
	}
	defer open.asked.take(question.GetId())
	select {
	case answer := <-answers:
		return outcomeOf(answer)
	case <-open.ctx.Done():
		return nil, delivery.QueryErrorf(fleetv1.QueryNotConnected, "the session with the agent of cluster %s ended before it answered; ask again", cluster)
	case <-ctx.Done():
		return nil, delivery.QueryErrorf(fleetv1.QueryTimedOut, "the agent of cluster %s has not answered in time; give it more with --timeout", cluster)
	}
}

func outcomeOf(answer *deliveryv1.AnswerRequest) ([]byte, error) {
	if answer.GetError() == "" {
		return answer.GetAnswer(), nil
	}
	reason := fleetv1.QueryReason(answer.GetReason())
	if reason == "" {
		reason = fleetv1.QueryError
	}
	return nil, delivery.QueryErrorf(reason, "%s", answer.GetError())
}

// ask sends one question down the stream.
func (w *watch) ask(question *deliveryv1.Query) error {
	return w.server.write(w.caller, w.stream, &deliveryv1.WatchResponse{
		Session: w.session.info.Number,
		Body:    &deliveryv1.WatchResponse_Query{Query: question},
	})
}

// maxAnswerError bounds what an agent says went wrong, in bytes.
const maxAnswerError = 16 << 10

// Answer takes what a query of the caller's open session asked for.
func (s *Server) Answer(ctx context.Context, answer *deliveryv1.AnswerRequest) (*deliveryv1.AnswerResponse, error) {
	if n := len(answer.GetAnswer()); n > fleetv1.MaxQueryAnswer {
		return nil, connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(
			"answer to query %s has %d bytes, at most %d are taken", answer.GetId(), n, fleetv1.MaxQueryAnswer))
	}
	if n := len(answer.GetError()); n > maxAnswerError {
		return nil, connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(
			"error of query %s has %d bytes, at most %d are taken", answer.GetId(), n, maxAnswerError))
	}
	c := callerOf(ctx)
	open := s.registry.slot(c.identity.Cluster).current.Load()
	if err := open.is(c, answer.GetSession(), "answer"); err != nil {
		return nil, err
	}
	if open.asked == nil {
		return nil, connect.NewError(connect.CodeFailedPrecondition, errors.New("this session was asked nothing"))
	}
	waiting := open.asked.take(answer.GetId())
	if waiting == nil {
		return nil, connect.NewError(connect.CodeNotFound, fmt.Errorf("nobody waits for the answer to query %s", answer.GetId()))
	}
	waiting <- answer
	return &deliveryv1.AnswerResponse{HubTime: s.options.Clock().Unix()}, nil
}
