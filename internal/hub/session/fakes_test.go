package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// sets is a Desired whose sets tests change.
type sets struct {
	mu        sync.Mutex
	sets      map[string]Set
	settings  map[string]*deliveryv1.Settings
	listeners map[string][]chan struct{}
	err       error
}

// settle gives a cluster settings, told with the set that is put next.
func (d *sets) settle(cluster string, s *deliveryv1.Settings) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settings == nil {
		d.settings = map[string]*deliveryv1.Settings{}
	}
	d.settings[cluster] = s
}

func (d *sets) Set(cluster string) (Set, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.sets[cluster], d.err
}

func (d *sets) Subscribe(cluster string) (<-chan struct{}, func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan struct{}, 1)
	d.listeners[cluster] = append(d.listeners[cluster], ch)
	return ch, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.listeners[cluster] = slices.DeleteFunc(d.listeners[cluster], func(c chan struct{}) bool { return c == ch })
	}
}

// put replaces a cluster's set and signals it.
func (d *sets) put(cluster string, generation uint64, bundles []*deliveryv1.Bundle, tombstones ...*deliveryv1.Tombstone) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sets[cluster] = Set{
		Position: delivery.Position{Epoch: 1, Generation: generation}, Bundles: bundles, Tombstones: tombstones,
		Settings: d.settings[cluster],
	}
	d.signal(cluster)
}

func (d *sets) signal(cluster string) {
	for _, ch := range d.listeners[cluster] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (d *sets) fail(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.err = err
}

// sink records what it is told, as lines.
type sink struct {
	mu      sync.Mutex
	lines   []string
	reports chan *deliveryv1.ReportRequest
	err     error
}

func (s *sink) add(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

func (s *sink) Connected(_ context.Context, cluster string, i Info) {
	s.add("connected %s %d", cluster, i.Number)
}

func (s *sink) Disconnected(_ context.Context, cluster string, i Info) {
	s.add("disconnected %s %d", cluster, i.Number)
}

func (s *sink) Report(_ context.Context, cluster string, r *deliveryv1.ReportRequest) error {
	s.add("report %s %d/%d", cluster, r.GetSession(), r.GetSequence())
	s.reports <- r
	return s.err
}

func (s *sink) told() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

// authority is the real CA and real tokens over a map of current enrolments.
type authority struct {
	ca     *enroll.CA
	tokens *enroll.Tokens
	clock  func() time.Time

	mu      sync.Mutex
	current map[string]string
	uids    int
}

func (a *authority) Enroll(ctx context.Context, credential string, csr []byte) (Enrolled, error) {
	cluster, err := a.tokens.Redeem(ctx, credential)
	if err != nil {
		return Enrolled{}, err
	}
	a.mu.Lock()
	a.uids++
	id := identity.Identity{Fleet: fleet, Cluster: cluster, UID: fmt.Sprintf("uid-%d", a.uids)}
	a.current[cluster] = id.UID
	a.mu.Unlock()
	return a.Renew(ctx, id, csr)
}

func (a *authority) Renew(_ context.Context, id identity.Identity, csr []byte) (Enrolled, error) {
	certificate, err := a.ca.SignCSR(csr, id, a.clock())
	return Enrolled{Identity: id, Certificate: certificate, CA: a.ca.CertificatePEM()}, err
}

func (a *authority) IdentityValid(cluster, uid string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.current[cluster] == uid
}

func (a *authority) revoke(cluster string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.current, cluster)
}

// tokenMap is a TokenStore.
type tokenMap struct {
	mu     sync.Mutex
	tokens map[string]enroll.Token
}

func (m *tokenMap) Create(_ context.Context, t enroll.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[t.ID] = t
	return nil
}

func (m *tokenMap) Get(_ context.Context, id string) (enroll.Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.tokens[id]; ok {
		return t, nil
	}
	return enroll.Token{}, enroll.ErrUnknown
}

func (m *tokenMap) MarkUsed(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.tokens[id]
	if !t.Used.IsZero() {
		return enroll.ErrUsed
	}
	t.Used = at
	m.tokens[id] = t
	return nil
}

// guard holds tombstones once it has been told of a higher position.
type guard struct {
	mu   sync.Mutex
	held bool
	seen []string
}

func (g *guard) HigherPosition(_ context.Context, cluster string, seen, own delivery.Position) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = true
	g.seen = append(g.seen, fmt.Sprintf("%s saw %s above %s", cluster, seen, own))
}

func (g *guard) TombstonesHeld() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.held
}

func (g *guard) release() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = false
}
