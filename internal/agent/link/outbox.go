package link

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-logr/logr"
	"google.golang.org/protobuf/proto"
	"k8s.io/utils/clock"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// doubt is how far back a lost session puts what the hub had taken in
// question: it may have taken a report and died before it wrote it down.
const doubt = 10 * time.Minute

// Outbox holds what the hub should know and has not taken yet. Per application
// only the latest status counts. Safe for concurrent use.
//
// Statuses stand on disk with their applications; an agent that starts puts
// them all into the outbox again, so nothing that was unsent is lost.
type Outbox struct {
	delay   time.Duration
	highest func() delivery.Position
	clock   clock.WithTicker
	log     logr.Logger
	wake    chan struct{}

	mu       sync.Mutex
	session  Session
	statuses map[string]*entry
	acks     map[string]*deliveryv1.TombstoneAck
	facts    *deliveryv1.ClusterFacts
	factsDue bool
	// acked is called, outside of the lock, for each acknowledgement taken.
	acked func(*deliveryv1.TombstoneAck)
}

// entry is the latest status of one application.
type entry struct {
	report *deliveryv1.ApplicationReport
	due    bool
	taken  time.Time
}

// OutboxOptions are what an Outbox needs.
type OutboxOptions struct {
	// Delay gathers changes before they are sent.
	Delay time.Duration
	// Highest position seen, sent with every report.
	Highest func() delivery.Position
	// Acked is told of every acknowledgement that the hub has taken.
	Acked  func(*deliveryv1.TombstoneAck)
	Clock  clock.WithTicker
	Logger logr.Logger
}

// NewOutbox is empty and attached to no session.
func NewOutbox(o OutboxOptions) *Outbox {
	return &Outbox{
		delay: o.Delay, highest: o.Highest, acked: o.Acked, clock: o.Clock, log: o.Logger,
		wake:     make(chan struct{}, 1),
		statuses: map[string]*entry{},
		acks:     map[string]*deliveryv1.TombstoneAck{},
	}
}

// Status replaces the status of one application; an equal one is not sent
// twice. One that is too large is not sent at all: no session would take it.
func (o *Outbox) Status(r *deliveryv1.ApplicationReport) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := delivery.Key(r.GetNamespace(), r.GetName())
	if n := len(r.GetStatus()); n > delivery.MaxReportStatus {
		o.log.Error(delivery.ErrReportSize, "the hub keeps the status it has", "application", key, "bytes", n, "limit", delivery.MaxReportStatus)
		return
	}
	if e := o.statuses[key]; e != nil && proto.Equal(e.report, r) {
		return
	}
	o.statuses[key] = &entry{report: r, due: true}
	o.poke()
}

// Ack answers a tombstone.
func (o *Outbox) Ack(a *deliveryv1.TombstoneAck) {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := delivery.Key(a.GetNamespace(), a.GetName())
	if a.GetError() == "" {
		delete(o.statuses, key)
	}
	o.acks[key] = a
	o.poke()
}

// Facts replaces what is known about the cluster.
func (o *Outbox) Facts(f *deliveryv1.ClusterFacts) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if proto.Equal(o.facts, f) {
		return
	}
	o.facts, o.factsDue = f, true
	o.poke()
}

// attach sends over s from now on. What a former session may have lost is due
// again, and a new session is told the facts.
func (o *Outbox) attach(s Session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.clock.Now()
	for _, e := range o.statuses {
		e.due = e.due || now.Sub(e.taken) < doubt
	}
	o.session, o.factsDue = s, o.facts != nil
	o.poke()
}

func (o *Outbox) detach(s Session) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.session == s {
		o.session = nil
	}
}

// poke wakes Run; the lock is held.
func (o *Outbox) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends.
func (o *Outbox) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		}
		sleep(ctx, o.clock, o.delay)
		o.send(ctx)
	}
}

// send hands over all that is due. A failure leaves it due; the session is
// then closed, and the next one sends it.
func (o *Outbox) send(ctx context.Context) {
	session, batch := o.batch()
	if session == nil || batch == nil {
		return
	}
	if err := session.Report(ctx, batch); err != nil {
		o.log.Info("report was not taken; it is sent again", "reason", err.Error())
		session.Close()
		return
	}
	o.settle(batch)
}

// batch is all that is due, in order of the keys; nil if nothing is.
func (o *Outbox) batch() (Session, *deliveryv1.ReportRequest) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := &deliveryv1.ReportRequest{Highest: o.highest().Message()}
	for _, key := range slices.Sorted(maps.Keys(o.statuses)) {
		if e := o.statuses[key]; e.due {
			r.Applications = append(r.Applications, e.report)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o.acks)) {
		r.Acks = append(r.Acks, o.acks[key])
	}
	if o.factsDue {
		r.Cluster = o.facts
	}
	if len(r.Applications)+len(r.Acks) == 0 && r.Cluster == nil {
		return nil, nil
	}
	return o.session, r
}

// settle marks what was sent as taken, unless it was replaced meanwhile.
func (o *Outbox) settle(sent *deliveryv1.ReportRequest) {
	var acked []*deliveryv1.TombstoneAck
	o.mu.Lock()
	now := o.clock.Now()
	for _, r := range sent.GetApplications() {
		if e := o.statuses[delivery.Key(r.GetNamespace(), r.GetName())]; e != nil && e.report == r {
			e.due, e.taken = false, now
		}
	}
	for _, a := range sent.GetAcks() {
		if key := delivery.Key(a.GetNamespace(), a.GetName()); o.acks[key] == a {
			delete(o.acks, key)
			acked = append(acked, a)
		}
	}
	if sent.GetCluster() == o.facts {
		o.factsDue = false
	}
	o.mu.Unlock()
	for _, a := range acked {
		o.acked(a)
	}
}
