package session

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/go-logr/logr/testr"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const fleet = "fleet-1"

// hub is a server on loopback and all that it stands on.
type hub struct {
	*Server
	t         *testing.T
	endpoint  string
	desired   *sets
	sink      *sink
	authority *authority
	guard     *guard
	metered   *prometheus.Registry
	stop      func()

	mu  sync.Mutex
	now time.Time
}

func (h *hub) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hub) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func startHub(t *testing.T) *hub {
	t.Helper()
	ca, err := enroll.NewCA(fleet, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return startHubOf(t, ca)
}

func startHubOf(t *testing.T, ca *enroll.CA) *hub {
	t.Helper()
	h := &hub{
		t: t, now: time.Now(),
		desired: &sets{sets: map[string]Set{}, listeners: map[string][]chan struct{}{}},
		sink:    &sink{reports: make(chan *deliveryv1.ReportRequest, 100)},
		guard:   &guard{},
		metered: prometheus.NewRegistry(),
	}
	h.authority = &authority{
		ca: ca, clock: h.clock, current: map[string]string{},
		tokens: enroll.NewTokens(&tokenMap{tokens: map[string]enroll.Token{}}, h.clock),
	}
	certificates, err := enroll.NewEndpoint(ca, []string{"127.0.0.1"}, h.clock)
	if err != nil {
		t.Fatal(err)
	}
	h.Server, err = New(Options{
		Fleet: fleet, CAs: ca.Pool(), Certificate: certificates.Certificate,
		Desired: h.desired, Sink: h.sink, Authority: h.authority, Guard: h.guard,
		Clock: h.clock, Logger: testr.New(t), Registerer: h.metered,
		Coalesce: 20 * time.Millisecond, Recheck: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h.endpoint = "https://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- h.Serve(ctx, listener) }()
	h.stop = sync.OnceFunc(func() {
		began := time.Now()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("serve: %v", err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("stopping took %s", took)
		}
	})
	t.Cleanup(h.stop)
	return h
}

// counted reads a counter with one label.
func (h *hub) counted(t *testing.T, name, label string) float64 {
	t.Helper()
	families, err := h.metered.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && m.GetLabel()[0].GetValue() == label {
				return m.GetCounter().GetValue()
			}
		}
	}
	return 0
}

func (h *hub) token(cluster string) identity.JoinToken {
	h.t.Helper()
	token, err := h.authority.tokens.Issue(context.Background(), cluster, h.endpoint, h.authority.ca.Pin())
	if err != nil {
		h.t.Fatal(err)
	}
	return token
}

// join enrols with a token.
func (h *hub) join(token identity.JoinToken) (tls.Certificate, *deliveryv1.EnrollResponse, error) {
	h.t.Helper()
	key, err := delivery.NewKey()
	if err != nil {
		h.t.Fatal(err)
	}
	csr, err := key.Request()
	if err != nil {
		h.t.Fatal(err)
	}
	response, err := delivery.Enroll(context.Background(), delivery.EnrollOptions{
		Token: token, Request: csr, Version: "test", Time: delivery.NewAgentTime(h.clock),
	})
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	certificate, err := key.Certificate(response.GetCertificate())
	return certificate, response, err
}

// agent enrols a cluster and returns its client.
func (h *hub) agent(cluster string) *delivery.Client {
	h.t.Helper()
	certificate, response, err := h.join(h.token(cluster))
	if err != nil {
		h.t.Fatal(err)
	}
	if response.GetCluster() != cluster || response.GetFleetId() != fleet {
		h.t.Fatalf("enrolled as %s of %s", response.GetCluster(), response.GetFleetId())
	}
	return h.client(certificate)
}

func (h *hub) client(certificate tls.Certificate) *delivery.Client {
	h.t.Helper()
	c, err := delivery.NewClient(delivery.ClientOptions{
		Endpoint: h.endpoint, CA: h.authority.ca.CertificatePEM(), Certificate: certificate,
		Version: "test", Time: delivery.NewAgentTime(h.clock),
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(c.Close)
	return c
}

// watch opens a session that ends with the test.
func (h *hub) watch(c *delivery.Client, have delivery.Have) *delivery.Stream {
	h.t.Helper()
	s, err := c.Watch(context.Background(), have)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(s.Close)
	return s
}

// next waits for an answer, as words.
func next(t *testing.T, s *delivery.Stream) string {
	t.Helper()
	type result struct {
		m   *deliveryv1.WatchResponse
		err error
	}
	ch := make(chan result, 1)
	go func() {
		m, err := s.Next()
		ch <- result{m, err}
	}()
	select {
	case r := <-ch:
		if r.err != nil {
			t.Fatalf("next: %v", r.err)
		}
		return words(r.m)
	case <-time.After(10 * time.Second):
		t.Fatal("no answer")
		return ""
	}
}

// ends waits for a stream's end.
func ends(t *testing.T, s *delivery.Stream) error {
	t.Helper()
	ch := make(chan error, 1)
	go func() {
		for {
			if _, err := s.Next(); err != nil {
				ch <- err
				return
			}
		}
	}()
	select {
	case err := <-ch:
		return err
	case <-time.After(10 * time.Second):
		t.Fatal("the stream does not end")
		return nil
	}
}

// eventually waits for a condition that another goroutine makes true.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !f(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}
