package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Why a session is ended from this side.
var (
	errReplaced = connect.NewError(connect.CodeAborted, errors.New("a newer session of this cluster took over"))
	errStopping = connect.NewError(connect.CodeUnavailable, errors.New("hub is stopping"))
	errRunOut   = connect.NewError(connect.CodeUnauthenticated, errors.New("client certificate has expired during the session; dial again with a renewed one"))
)

// sinkTimeout bounds what the sink does when a session has ended.
const sinkTimeout = time.Second

// session is one open Watch.
type session struct {
	info    Info
	expires time.Time
	ctx     context.Context
	end     context.CancelCauseFunc

	// sequence of the last report; guarded by its slot.
	sequence uint64
	// told is the highest position that it was sent.
	told atomic.Pointer[delivery.Position]
	// asked is nil for an agent that knows no queries.
	asked *questions
}

// tell records the position of an answer that is about to be sent. Only the
// goroutine that sends calls it.
func (s *session) tell(position delivery.Position) {
	position = position.Max(s.position())
	s.told.Store(&position)
}

func (s *session) position() delivery.Position {
	if told := s.told.Load(); told != nil {
		return *told
	}
	return delivery.Position{}
}

// slot holds the one session of a cluster. Its lock is held over calls to the
// sink, so that they come in order; current is written under it and read freely.
type slot struct {
	mu      sync.Mutex
	current atomic.Pointer[session]
}

// registry knows the open sessions, one per cluster.
type registry struct {
	sink  Sink
	clock func() time.Time

	mu    sync.Mutex
	slots map[string]*slot
	last  uint64
}

func newRegistry(sink Sink, clock func() time.Time) *registry {
	return &registry{sink: sink, clock: clock, slots: map[string]*slot{}}
}

func (r *registry) slot(cluster string) *slot {
	r.mu.Lock()
	defer r.mu.Unlock()
	sl := r.slots[cluster]
	if sl == nil {
		sl = &slot{}
		r.slots[cluster] = sl
	}
	return sl
}

// number is higher than any before it; being microseconds since 1970 at least,
// also than those of a hub that ran before.
func (r *registry) number(now time.Time) uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = max(r.last+1, uint64(max(0, now.UnixMicro())))
	return r.last
}

// open makes the caller's session the cluster's only one.
func (r *registry) open(ctx context.Context, c caller, request *deliveryv1.WatchRequest) *session {
	cluster := c.identity.Cluster
	sl := r.slot(cluster)
	sl.mu.Lock()
	defer sl.mu.Unlock()
	now := r.clock()
	s := &session{expires: c.expires, info: Info{
		Number: r.number(now), Identity: c.identity, AgentVersion: request.GetAgentVersion(),
		Remote: c.remote, Since: now, Highest: delivery.PositionOf(request.GetHighest()),
	}}
	if request.GetAnswersQueries() {
		s.asked = newQuestions()
	}
	s.ctx, s.end = context.WithCancelCause(ctx)
	if old := sl.current.Load(); old != nil {
		old.end(errReplaced)
		r.disconnected(ctx, old)
	}
	sl.current.Store(s)
	r.sink.Connected(ctx, cluster, s.info)
	return s
}

// close forgets the session unless a newer one has replaced it.
func (r *registry) close(s *session) {
	s.end(nil)
	sl := r.slot(s.info.Identity.Cluster)
	sl.mu.Lock()
	defer sl.mu.Unlock()
	if sl.current.CompareAndSwap(s, nil) {
		r.disconnected(s.ctx, s)
	}
}

func (r *registry) disconnected(ctx context.Context, s *session) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sinkTimeout)
	defer cancel()
	r.sink.Disconnected(ctx, s.info.Identity.Cluster, s.info)
}

// report passes a report on if it is the open session's and newer than the last.
// own is the highest position that the session was sent.
func (r *registry) report(ctx context.Context, c caller, report *deliveryv1.ReportRequest) (own delivery.Position, err error) {
	sl := r.slot(c.identity.Cluster)
	sl.mu.Lock()
	defer sl.mu.Unlock()
	s := sl.current.Load()
	if err := s.is(c, report.GetSession(), "report"); err != nil {
		return own, err
	}
	if report.GetSequence() <= s.sequence {
		return own, connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf(
			"report %d of session %d is not newer than report %d", report.GetSequence(), s.info.Number, s.sequence))
	}
	s.sequence = report.GetSequence()
	return s.position(), r.sink.Report(ctx, c.identity.Cluster, report)
}

// is says why something is not of this session; s may be nil.
func (s *session) is(c caller, number uint64, what string) error {
	switch {
	case s == nil:
		return connect.NewError(connect.CodeFailedPrecondition, errors.New("no session is open; watch first"))
	case s.info.Identity != c.identity || s.info.Number != number:
		return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf(
			"%s of session %d, but session %d is open", what, number, s.info.Number))
	}
	return nil
}

// each calls f for every open session, in the order of cluster names.
func (r *registry) each(f func(*session)) {
	for _, s := range r.all() {
		f(s)
	}
}

func (r *registry) all() []*session {
	r.mu.Lock()
	slots := make([]*slot, 0, len(r.slots))
	for _, sl := range r.slots {
		slots = append(slots, sl)
	}
	r.mu.Unlock()
	var open []*session
	for _, sl := range slots {
		if s := sl.current.Load(); s != nil {
			open = append(open, s)
		}
	}
	slices.SortFunc(open, func(a, b *session) int {
		return cmp.Compare(a.info.Identity.Cluster, b.info.Identity.Cluster)
	})
	return open
}
