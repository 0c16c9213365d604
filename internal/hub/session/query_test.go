package session

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	fleetv1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// outcomeOfAsk is what Ask returned.
type outcomeOfAsk struct {
	answer []byte
	err    error
}

func (h *hub) ask(ctx context.Context, cluster, id string) <-chan outcomeOfAsk {
	out := make(chan outcomeOfAsk, 1)
	go func() {
		answer, err := h.Ask(ctx, cluster, &deliveryv1.Query{Id: id, Namespace: "argocd", Name: "web"})
		out <- outcomeOfAsk{answer, err}
	}()
	return out
}

// query waits for the next message of a stream, which must be a query.
func query(t *testing.T, s *delivery.Stream) *deliveryv1.Query {
	t.Helper()
	for {
		m, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if m.GetQuery() != nil {
			return m.GetQuery()
		}
	}
}

func await(t *testing.T, out <-chan outcomeOfAsk) outcomeOfAsk {
	t.Helper()
	select {
	case o := <-out:
		return o
	case <-time.After(10 * time.Second):
		t.Fatal("Ask does not return")
		return outcomeOfAsk{}
	}
}

func failsWith(t *testing.T, err error, reason fleetv1.QueryReason, says string) {
	t.Helper()
	var target *delivery.QueryError
	if !errors.As(err, &target) || target.Reason != reason || !strings.Contains(err.Error(), says) {
		t.Errorf("got %v, want a %s that says %q", err, reason, says)
	}
}

func TestAQueryIsAnsweredOverItsSession(t *testing.T) {
	h := startHub(t)
	s := h.watch(h.agent("edge"), delivery.Have{})
	out := h.ask(t.Context(), "edge", "q1")
	if q := query(t, s); q.GetId() != "q1" || q.GetName() != "web" {
		t.Fatalf("got %v", q)
	}
	if err := s.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q1", Answer: []byte("yes")}); err != nil {
		t.Fatal(err)
	}
	if o := await(t, out); o.err != nil || string(o.answer) != "yes" {
		t.Errorf("got %q, %v", o.answer, o.err)
	}
	// The set goes on as before.
	h.desired.put("edge", 1, nil)
	if err := s.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q1"}); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("a second answer: %v", err)
	}
}

func TestAnAgentsErrorReachesWhoAsked(t *testing.T) {
	h := startHub(t)
	s := h.watch(h.agent("edge"), delivery.Have{})
	out := h.ask(t.Context(), "edge", "q1")
	query(t, s)
	if err := s.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q1", Error: "it does not render", Reason: "Error"}); err != nil {
		t.Fatal(err)
	}
	failsWith(t, await(t, out).err, fleetv1.QueryError, "it does not render")
}

func TestAnswersAreOfTheOpenSessionAlone(t *testing.T) {
	h := startHub(t)
	agent := h.agent("edge")
	old := h.watch(agent, delivery.Have{})
	out := h.ask(t.Context(), "edge", "q1")
	query(t, old)
	h.watch(agent, delivery.Have{})
	failsWith(t, await(t, out).err, fleetv1.QueryNotConnected, "ended before it answered")
	if err := old.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q1"}); connect.CodeOf(err) != connect.CodeFailedPrecondition {
		t.Errorf("an answer of the replaced session: %v", err)
	}

	other := h.watch(h.agent("neighbour"), delivery.Have{})
	out = h.ask(t.Context(), "edge", "q2")
	if err := other.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q2", Answer: []byte("mine")}); connect.CodeOf(err) != connect.CodeNotFound {
		t.Errorf("an answer of another cluster: %v", err)
	}
	h.stop()
	failsWith(t, await(t, out).err, fleetv1.QueryNotConnected, "edge")
}

func TestAnAnswerThatIsTooLargeIsRefused(t *testing.T) {
	h := startHub(t)
	s := h.watch(h.agent("edge"), delivery.Have{})
	ctx, cancel := context.WithCancel(t.Context())
	out := h.ask(ctx, "edge", "q1")
	query(t, s)
	err := s.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q1", Answer: make([]byte, fleetv1.MaxQueryAnswer+1)})
	if connect.CodeOf(err) != connect.CodeInvalidArgument {
		t.Errorf("one byte too many: %v", err)
	}
	err = s.Answer(t.Context(), &deliveryv1.AnswerRequest{Id: "q1", Answer: make([]byte, 2*delivery.MaxAnswerMessage)})
	if connect.CodeOf(err) != connect.CodeResourceExhausted {
		t.Errorf("a message over the method's limit: %v", err)
	}
	cancel()
	failsWith(t, await(t, out).err, fleetv1.QueryTimedOut, "edge")
}

func TestWhoCannotBeAsked(t *testing.T) {
	h := startHub(t)
	_, err := h.Ask(t.Context(), "nowhere", &deliveryv1.Query{Id: "q"})
	failsWith(t, err, fleetv1.QueryNotConnected, "nowhere is not connected")

	// An agent that does not say that it answers is sent nothing.
	h.registry.open(t.Context(), caller{identity: identity.Identity{Fleet: fleet, Cluster: "older"}}, &deliveryv1.WatchRequest{AgentVersion: "0.1"})
	_, err = h.Ask(t.Context(), "older", &deliveryv1.Query{Id: "q"})
	failsWith(t, err, fleetv1.QueryOldAgent, "version 0.1")

	h.watch(h.agent("slow"), delivery.Have{})
	ctx, cancel := context.WithCancel(t.Context())
	var asked []<-chan outcomeOfAsk
	for i := range maxQuestions {
		asked = append(asked, h.ask(ctx, "slow", strings.Repeat("x", i+1)))
	}
	eventually(t, "all questions wait", func() bool {
		q := h.registry.slot("slow").current.Load().asked
		q.mu.Lock()
		defer q.mu.Unlock()
		return len(q.waiting) == maxQuestions
	})
	_, err = h.Ask(t.Context(), "slow", &deliveryv1.Query{Id: "one more"})
	failsWith(t, err, fleetv1.QueryBusy, "slow")
	cancel()
	for _, out := range asked {
		failsWith(t, await(t, out).err, fleetv1.QueryTimedOut, "slow")
	}
}
