package session

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

const (
	// sendTimeout bounds one message to an agent that does not read.
	sendTimeout = 30 * time.Second
	// retryAfter is the pause after a set could not be read.
	retryAfter = time.Second
)

// Watch serves one session.
func (s *Server) Watch(ctx context.Context, request *deliveryv1.WatchRequest, stream *connect.ServerStream[deliveryv1.WatchResponse]) error {
	c := callerOf(ctx)
	cluster := c.identity.Cluster
	if v := request.GetProtocol(); v < delivery.MinProtocol {
		return connect.NewError(connect.CodeFailedPrecondition, fmt.Errorf(
			"agent of cluster %s speaks protocol %d, this hub needs %d at least; update the agent", cluster, v, delivery.MinProtocol))
	}
	changed, unsubscribe := s.options.Desired.Subscribe(cluster)
	defer unsubscribe()

	highest := delivery.PositionOf(request.GetHighest())
	want, err := s.desired(ctx, cluster, highest)
	if err != nil {
		return connect.NewError(connect.CodeUnavailable, err)
	}
	have := request.GetHave()
	if !request.GetHaveIncluded() {
		have = want.Digests()
		if !bytes.Equal(delivery.SetDigest(have), request.GetSetDigest()) {
			return s.needHave(c, want.Position, stream)
		}
	}

	open := s.registry.open(ctx, c, request)
	s.metrics.sessions.Inc()
	defer func() {
		s.registry.close(open)
		s.metrics.sessions.Dec()
	}()
	w := &watch{server: s, session: open, caller: c, stream: stream, changed: changed}
	if err := w.send(delivery.Diff(have, want), want); err != nil {
		return err
	}
	return w.run()
}

// needHave asks for the digests one by one.
func (s *Server) needHave(c caller, at delivery.Position, stream *connect.ServerStream[deliveryv1.WatchResponse]) error {
	s.metrics.answers.WithLabelValues("need_have").Inc()
	return s.write(c, stream, &deliveryv1.WatchResponse{
		Position: at.Message(),
		Body:     &deliveryv1.WatchResponse_NeedHave{NeedHave: &deliveryv1.NeedHave{}},
	})
}

// desired reads the cluster's set. It tells the guard if the agent has seen a
// higher position, and leaves tombstones out while they are held.
func (s *Server) desired(ctx context.Context, cluster string, seen delivery.Position) (Set, error) {
	want, err := s.options.Desired.Set(cluster)
	if err != nil {
		return Set{}, fmt.Errorf("read the desired set of cluster %s: %w", cluster, err)
	}
	if seen.Compare(want.Position) > 0 {
		s.options.Guard.HigherPosition(ctx, cluster, seen, want.Position)
	}
	if s.options.Guard.TombstonesHeld() {
		want.Tombstones = nil
	}
	return want, nil
}

// watch is the sending half of one session.
type watch struct {
	server  *Server
	session *session
	caller  caller
	stream  *connect.ServerStream[deliveryv1.WatchResponse]
	changed <-chan struct{}

	// sent is the agent's set after the last answer, and standing the
	// tombstones that it has been given.
	sent     map[string][]byte
	standing []tombstoneID
	settings *deliveryv1.Settings
}

// run sends what changes until the session ends.
func (w *watch) run() error {
	var retry <-chan time.Time
	for {
		select {
		case <-w.session.ctx.Done():
			return w.ended()
		case question := <-w.session.asked.pending():
			if err := w.ask(question); err != nil {
				return err
			}
			continue
		case <-retry:
		case <-w.changed:
		}
		if !w.settle() {
			return w.ended()
		}
		retry = nil
		if err := w.update(); err != nil {
			if connect.CodeOf(err) != connect.CodeUnavailable || w.session.ctx.Err() != nil {
				return err
			}
			w.server.log.Error(err, "session keeps its last set", "cluster", w.session.info.Identity.Cluster)
			retry = time.After(retryAfter)
		}
	}
}

// settle waits a moment so that changes that come together go out together.
func (w *watch) settle() bool {
	select {
	case <-w.session.ctx.Done():
		return false
	case <-time.After(w.server.options.Coalesce):
	}
	select {
	case <-w.changed:
	default:
	}
	return true
}

// ended is why the session is over; nil when the agent hung up.
func (w *watch) ended() error {
	if cause := context.Cause(w.session.ctx); connect.CodeOf(cause) != connect.CodeUnknown {
		return cause
	}
	return nil
}

// update sends what differs from what was sent last, if anything.
func (w *watch) update() error {
	id := w.session.info.Identity
	if !w.server.options.Authority.IdentityValid(id.Cluster, id.UID) {
		return errRevoked(id)
	}
	want, err := w.server.desired(w.session.ctx, id.Cluster, delivery.Position{})
	if err != nil {
		return connect.NewError(connect.CodeUnavailable, err)
	}
	answer := delivery.Diff(w.sent, want)
	if answer.Kind == delivery.Delta {
		answer.Tombstones = w.news(want.Tombstones, answer.Tombstones)
		if len(answer.Upserts)+len(answer.Tombstones)+len(answer.Orphaned) == 0 {
			answer.Kind = delivery.Same
		}
	}
	if answer.Kind == delivery.Same && !w.unsettled(want) {
		w.remember(want)
		return nil
	}
	return w.send(answer, want)
}

// news are the tombstones that the agent has to be told of: new ones, and those
// whose key another one has just left. An agent refuses a tombstone of a UID
// that it does not hold, and may hold it once the other is carried out.
func (w *watch) news(want, answer []*deliveryv1.Tombstone) []*deliveryv1.Tombstone {
	left := map[string]bool{}
	for _, id := range w.standing {
		if !slices.ContainsFunc(want, func(t *deliveryv1.Tombstone) bool { return idOf(t) == id }) {
			left[delivery.Key(id.namespace, id.name)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(answer), func(t *deliveryv1.Tombstone) bool {
		return slices.Contains(w.standing, idOf(t)) && !left[delivery.Key(t.GetNamespace(), t.GetName())]
	})
}

// send writes one answer, after which the agent wants the set.
func (w *watch) send(answer delivery.Answer, want Set) error {
	w.session.tell(answer.Position)
	for i, message := range answer.Messages() {
		if i == 0 && w.unsettled(want) {
			message.Settings = want.Settings
		}
		message.Session = w.session.info.Number
		if err := w.server.write(w.caller, w.stream, message); err != nil {
			return err
		}
	}
	w.server.metrics.answers.WithLabelValues(string(answer.Kind)).Inc()
	w.remember(want)
	return nil
}

// unsettled: the agent has not been told the set's settings.
func (w *watch) unsettled(want Set) bool {
	return want.Settings != nil && !proto.Equal(w.settings, want.Settings)
}

func (w *watch) remember(want Set) {
	w.sent = want.Digests()
	if want.Settings != nil {
		w.settings = want.Settings
	}
	w.standing = w.standing[:0]
	for _, t := range want.Tombstones {
		w.standing = append(w.standing, idOf(t))
	}
}

// write sends one message, within a time.
func (s *Server) write(c caller, stream *connect.ServerStream[deliveryv1.WatchResponse], message *deliveryv1.WatchResponse) error {
	message.FleetId, message.HubTime = s.options.Fleet, s.options.Clock().Unix()
	if err := c.response.SetWriteDeadline(time.Now().Add(sendTimeout)); err != nil {
		return fmt.Errorf("limit the time of an answer: %w", err)
	}
	if err := stream.Send(message); err != nil {
		return err
	}
	return c.response.SetWriteDeadline(time.Time{})
}

// tombstoneID tells tombstones apart.
type tombstoneID struct {
	namespace, name, uid string
	action               deliveryv1.Tombstone_Action
	epoch                uint64
	approved             bool
}

func idOf(t *deliveryv1.Tombstone) tombstoneID {
	return tombstoneID{t.GetNamespace(), t.GetName(), t.GetUid(), t.GetAction(), t.GetEpoch(), t.GetApproved()}
}
