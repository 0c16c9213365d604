package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/link"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// fakeHub is the far end of the connection, in memory. It answers by the real
// delivery.Diff.
type fakeHub struct {
	fleet string

	mu       sync.Mutex
	away     bool
	set      delivery.Set
	statuses map[string]*deliveryv1.ApplicationReport
	acks     map[string]*deliveryv1.TombstoneAck
	facts    *deliveryv1.ClusterFacts
	reports  int
	// onReport, if set, is told of every report of an application.
	onReport func(*deliveryv1.ApplicationReport)
	open     map[*fakeSession]bool

	questions chan *deliveryv1.Query
	answers   chan *deliveryv1.AnswerRequest
}

func newFakeHub(fleet string) *fakeHub {
	return &fakeHub{
		fleet: fleet, set: delivery.Set{Position: delivery.Position{Epoch: 1}},
		statuses: map[string]*deliveryv1.ApplicationReport{}, acks: map[string]*deliveryv1.TombstoneAck{},
		open:      map[*fakeSession]bool{},
		questions: make(chan *deliveryv1.Query, 64), answers: make(chan *deliveryv1.AnswerRequest, 64),
	}
}

// change the desired set; the agent is told at once.
func (h *fakeHub) change(f func(*delivery.Set)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f(&h.set)
	h.set.Position.Generation++
	for s := range h.open {
		s.poke()
	}
}

// put an application into the set, in place of one of its name.
func (h *fakeHub) put(b *deliveryv1.Bundle) {
	h.change(func(s *delivery.Set) {
		s.Bundles = append(without(s.Bundles, b.GetName()), b)
	})
}

// end an application with a tombstone.
func (h *fakeHub) end(b *deliveryv1.Bundle, action deliveryv1.Tombstone_Action) {
	h.change(func(s *delivery.Set) {
		s.Bundles = without(s.Bundles, b.GetName())
		s.Tombstones = append(s.Tombstones, &deliveryv1.Tombstone{
			Namespace: b.GetNamespace(), Name: b.GetName(), Uid: b.GetUid(), Action: action, Epoch: s.Position.Epoch})
	})
}

// drop an application without a tombstone.
func (h *fakeHub) drop(name string) {
	h.change(func(s *delivery.Set) { s.Bundles = without(s.Bundles, name) })
}

func without(bundles []*deliveryv1.Bundle, name string) []*deliveryv1.Bundle {
	var out []*deliveryv1.Bundle
	for _, b := range bundles {
		if b.GetName() != name {
			out = append(out, b)
		}
	}
	return out
}

// leave breaks every session and refuses new ones until back.
func (h *fakeHub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = true
	for s := range h.open {
		s.Close()
	}
}

func (h *fakeHub) back() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.away = false
}

// status last reported of an application.
func (h *fakeHub) status(t *testing.T, name string) (v1alpha1.ApplicationStatus, *deliveryv1.ApplicationReport) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	var s v1alpha1.ApplicationStatus
	report := h.statuses[name]
	if report == nil {
		return s, nil
	}
	if err := json.Unmarshal(report.GetStatus(), &s); err != nil {
		t.Fatal(err)
	}
	return s, report
}

func (h *fakeHub) ack(name string) *deliveryv1.TombstoneAck {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.acks[name]
}

func (h *fakeHub) told() (reports int, facts *deliveryv1.ClusterFacts) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.reports, h.facts
}

// Watch implements link.Hub.
func (h *fakeHub) Watch(ctx context.Context, have delivery.Have) (link.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.away {
		return nil, errors.New("hub is away")
	}
	s := &fakeSession{hub: h, ctx: ctx, has: maps.Clone(have.Digests), changed: make(chan struct{}, 1), closed: make(chan struct{})}
	s.poke()
	h.open[s] = true
	return s, nil
}

// fakeSession is one session of a fakeHub.
type fakeSession struct {
	hub     *fakeHub
	ctx     context.Context
	has     map[string][]byte
	changed chan struct{}
	closed  chan struct{}
	once    sync.Once
	greeted bool
	// told are the settings that the agent has.
	told *deliveryv1.Settings
}

func (s *fakeSession) poke() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *fakeSession) Close() { s.once.Do(func() { close(s.closed) }) }

func (s *fakeSession) Next() (*deliveryv1.WatchResponse, error) {
	for {
		select {
		case <-s.ctx.Done():
			return nil, s.ctx.Err()
		case <-s.closed:
			s.hub.mu.Lock()
			delete(s.hub.open, s)
			s.hub.mu.Unlock()
			return nil, io.EOF
		case q := <-s.hub.questions:
			return &deliveryv1.WatchResponse{Body: &deliveryv1.WatchResponse_Query{Query: q}}, nil
		case <-s.changed:
		}
		s.hub.mu.Lock()
		answer := delivery.Diff(s.has, s.hub.set)
		s.has = s.hub.set.Digests()
		settings := s.hub.set.Settings
		s.hub.mu.Unlock()
		resettled := settings != nil && !proto.Equal(s.told, settings)
		if answer.Kind == delivery.Same && s.greeted && !resettled {
			continue
		}
		s.greeted = true
		message := answer.Messages()[0]
		if resettled {
			message.Settings, s.told = settings, settings
		}
		message.FleetId = s.hub.fleet
		return message, nil
	}
}

func (s *fakeSession) Report(_ context.Context, r *deliveryv1.ReportRequest) error {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.hub.away {
		return errors.New("hub is away")
	}
	s.hub.reports++
	for _, a := range r.GetApplications() {
		s.hub.statuses[a.GetName()] = a
		if s.hub.onReport != nil {
			s.hub.onReport(a)
		}
	}
	for _, a := range r.GetAcks() {
		s.hub.acks[a.GetName()] = a
		if a.GetError() == "" {
			var left []*deliveryv1.Tombstone
			for _, t := range s.hub.set.Tombstones {
				if t.GetName() != a.GetName() || t.GetUid() != a.GetUid() {
					left = append(left, t)
				}
			}
			s.hub.set.Tombstones = left
		}
	}
	if r.GetCluster() != nil {
		s.hub.facts = r.GetCluster()
	}
	return nil
}

func stamped(b *deliveryv1.Bundle) *deliveryv1.Bundle { return delivery.Stamp(b) }
