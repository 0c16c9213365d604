package link

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr"
	testclock "k8s.io/utils/clock/testing"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// recorder is a session that keeps what it is told.
type recorder struct {
	mu     sync.Mutex
	got    []*deliveryv1.ReportRequest
	err    error
	closed bool
}

func (r *recorder) Next() (*deliveryv1.WatchResponse, error) { return nil, errors.New("not used") }
func (r *recorder) Answer(context.Context, *deliveryv1.AnswerRequest) error {
	return errors.New("not used")
}
func (r *recorder) Close() { r.closed = true }

func (r *recorder) Report(_ context.Context, report *deliveryv1.ReportRequest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.got = append(r.got, report)
	}
	return r.err
}

func newOutbox(t *testing.T) (*Outbox, *testclock.FakeClock, *[]string) {
	t.Helper()
	clock := testclock.NewFakeClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	var acked []string
	return NewOutbox(OutboxOptions{
		Highest: func() delivery.Position { return delivery.Position{Epoch: 1, Generation: 2} },
		Acked:   func(a *deliveryv1.TombstoneAck) { acked = append(acked, a.GetName()) },
		Clock:   clock, Logger: logr.Discard(),
	}), clock, &acked
}

func status(name, text string) *deliveryv1.ApplicationReport {
	return &deliveryv1.ApplicationReport{Namespace: "argocd", Name: name, Status: []byte(text)}
}

func TestOutboxSendsTheLatestOnce(t *testing.T) {
	o, _, _ := newOutbox(t)
	s := &recorder{}
	o.attach(s)
	o.Status(status("b", "1"))
	o.Status(status("a", "1"))
	o.Status(status("a", "2"))
	o.send(t.Context())
	o.Status(status("a", "2"))
	o.send(t.Context())
	if len(s.got) != 1 {
		t.Fatalf("sent %d reports, want one", len(s.got))
	}
	apps := s.got[0].GetApplications()
	if len(apps) != 2 || apps[0].GetName() != "a" || string(apps[0].GetStatus()) != "2" || apps[1].GetName() != "b" {
		t.Errorf("sent %v", apps)
	}
}

func TestOutboxKeepsWhatWasNotTaken(t *testing.T) {
	o, _, acked := newOutbox(t)
	first := &recorder{err: errors.New("gone")}
	o.attach(first)
	o.Status(status("a", "1"))
	o.Ack(&deliveryv1.TombstoneAck{Namespace: "argocd", Name: "old"})
	o.send(t.Context())
	if !first.closed || len(*acked) != 0 {
		t.Fatal("wants the session closed and nothing acknowledged")
	}
	o.detach(first)
	o.send(t.Context())
	second := &recorder{}
	o.attach(second)
	o.send(t.Context())
	if len(second.got) != 1 || len(second.got[0].GetApplications()) != 1 || len(second.got[0].GetAcks()) != 1 {
		t.Fatalf("second session got %v", second.got)
	}
	if len(*acked) != 1 {
		t.Errorf("acknowledged %v, want old", *acked)
	}
}

func TestOutboxDoubtsWhatWasTakenLately(t *testing.T) {
	o, clock, _ := newOutbox(t)
	first := &recorder{}
	o.attach(first)
	o.Status(status("long-ago", "1"))
	o.send(t.Context())
	clock.Step(doubt)
	o.Status(status("just-now", "1"))
	o.send(t.Context())
	second := &recorder{}
	o.attach(second)
	o.send(t.Context())
	if len(second.got) != 1 || len(second.got[0].GetApplications()) != 1 || second.got[0].GetApplications()[0].GetName() != "just-now" {
		t.Errorf("second session got %v, want just-now alone", second.got)
	}
}

func TestOutboxTellsFactsToEverySession(t *testing.T) {
	o, _, _ := newOutbox(t)
	first := &recorder{}
	o.attach(first)
	o.Facts(&deliveryv1.ClusterFacts{Nodes: 3})
	o.send(t.Context())
	o.Facts(&deliveryv1.ClusterFacts{Nodes: 3})
	o.send(t.Context())
	second := &recorder{}
	o.attach(second)
	o.send(t.Context())
	if len(first.got) != 1 || len(second.got) != 1 || second.got[0].GetCluster().GetNodes() != 3 {
		t.Errorf("first got %v, second got %v", first.got, second.got)
	}
}

func TestBackoffGrowsToItsLimit(t *testing.T) {
	b := Backoff{First: time.Second, Max: 8 * time.Second}
	for n, want := range map[int]time.Duration{0: time.Second, 2: 4 * time.Second, 3: 8 * time.Second, 60: 8 * time.Second} {
		for range 100 {
			if got := b.Wait(n); got < want/2 || got > want {
				t.Fatalf("attempt %d waits %s, want between %s and %s", n, got, want/2, want)
			}
		}
	}
}

func TestOutboxLeavesOutWhatNoSessionTakes(t *testing.T) {
	o, _, _ := newOutbox(t)
	s := &recorder{}
	o.attach(s)
	o.Status(status("large", string(make([]byte, delivery.MaxReportStatus+1))))
	o.Status(status("small", "1"))
	o.send(t.Context())
	if len(s.got) != 1 || len(s.got[0].GetApplications()) != 1 || s.got[0].GetApplications()[0].GetName() != "small" {
		t.Errorf("sent %d reports, want one of the small status only", len(s.got))
	}
}
