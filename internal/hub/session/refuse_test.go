package session

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/clusters/enroll"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1/deliveryv1connect"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

func TestEveryMethodOfTheServiceIsInTheTable(t *testing.T) {
	service := deliveryv1.File_deliveryv1_delivery_proto.Services().ByName("Delivery").Methods()
	if service.Len() != len(methods) {
		t.Errorf("the service has %d methods, the table %d", service.Len(), len(methods))
	}
	for i := range service.Len() {
		m, ok := methods["/"+deliveryv1connect.DeliveryName+"/"+string(service.Get(i).Name())]
		if !ok {
			t.Errorf("%s is not in the table", service.Get(i).Name())
		}
		if m.maxBytes == 0 {
			t.Errorf("%s has no limit", service.Get(i).Name())
		}
		if open := service.Get(i).Name() == "Enroll"; open == m.certificate {
			t.Errorf("%s: certificate needed: %v", service.Get(i).Name(), m.certificate)
		}
	}
}

func TestTokensThatDoNotLetIn(t *testing.T) {
	h := startHub(t)
	wrong := h.token("edge")
	wrong.Secret[3] ^= 1
	used := h.token("edge")
	if _, _, err := h.join(used); err != nil {
		t.Fatal(err)
	}
	expired := h.token("edge")
	h.advance(enroll.TokenLifetime + time.Minute)
	for name, c := range map[string]struct {
		token identity.JoinToken
		says  string
	}{
		"wrong":   {wrong, "not known here"},
		"used":    {used, "has been used; create a new one: fairlead cluster token edge"},
		"expired": {expired, "has expired; create a new one: fairlead cluster token edge"},
	} {
		_, _, err := h.join(c.token)
		if connect.CodeOf(err) != connect.CodePermissionDenied || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := h.counted(t, "fairlead_delivery_enrolments_total", "permission_denied"); n != 3 {
		t.Errorf("%v refused enrolments are counted", n)
	}
}

// A false hub answers at the endpoint of a token: it must not learn the token.
func TestAFalseHubGetsNothing(t *testing.T) {
	real := startHub(t)
	other := startHub(t)
	agent := real.token("edge")
	certificate, _, err := real.join(real.token("neighbour"))
	if err != nil {
		t.Fatal(err)
	}
	otherCert := endpointOf(t, other)
	for name, chain := range map[string]tls.Certificate{
		"another CA": *otherCert,
		"another CA with the real one in its chain": {
			Certificate: append(bytesOf(otherCert), caOf(t, real)), PrivateKey: otherCert.PrivateKey,
		},
		"an agent of the same fleet": {
			Certificate: [][]byte{certificate.Certificate[0], caOf(t, real)}, PrivateKey: certificate.PrivateKey,
		},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer listener.Close()
			heard := make(chan []byte, 1)
			go func() {
				conn, err := listener.Accept()
				if err != nil {
					heard <- nil
					return
				}
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
				server := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{chain}, NextProtos: []string{"h2"}})
				said, _ := io.ReadAll(server)
				heard <- said
			}()
			token := agent
			token.Endpoint = "https://" + listener.Addr().String()
			if _, _, err = real.join(token); err == nil {
				t.Error("joined a false hub")
			}
			if name == "another CA" && !errors.Is(err, delivery.ErrPin) {
				t.Errorf("got %v", err)
			}
			if said := <-heard; len(said) > 0 {
				t.Errorf("the false hub heard %d bytes", len(said))
			}
		})
	}
	if _, _, err := real.join(agent); err != nil {
		t.Errorf("the token is still good for the real hub: %v", err)
	}
}

func endpointOf(t *testing.T, h *hub) *tls.Certificate {
	t.Helper()
	certificate, err := h.options.Certificate(nil)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func bytesOf(c *tls.Certificate) [][]byte { return append([][]byte{}, c.Certificate...) }

func caOf(t *testing.T, h *hub) []byte {
	t.Helper()
	certs, err := delivery.ParseCertificates(h.authority.ca.CertificatePEM())
	if err != nil {
		t.Fatal(err)
	}
	return certs[0].Raw
}

func TestCertificatesThatDoNotLetIn(t *testing.T) {
	h := startHub(t)
	twin, err := enroll.NewCA(fleet, time.Now()) // same name, another key
	if err != nil {
		t.Fatal(err)
	}
	mint := func(ca *enroll.CA, id identity.Identity, at time.Time) tls.Certificate {
		t.Helper()
		key, err := delivery.NewKey()
		if err != nil {
			t.Fatal(err)
		}
		csr, err := key.Request()
		if err != nil {
			t.Fatal(err)
		}
		pem, err := ca.SignCSR(csr, id, at)
		if err != nil {
			t.Fatal(err)
		}
		pair, err := key.Certificate(pem)
		if err != nil {
			t.Fatal(err)
		}
		return pair
	}
	superseded, _, err := h.join(h.token("edge"))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.join(h.token("edge")); err != nil {
		t.Fatal(err)
	}
	current := identity.Identity{Fleet: fleet, Cluster: "edge", UID: "uid-2"}
	for name, c := range map[string]struct {
		certificate tls.Certificate
		code        connect.Code
	}{
		"none":                  {tls.Certificate{}, connect.CodeUnauthenticated},
		"of another CA":         {mint(twin, current, time.Now()), connect.CodeUnauthenticated},
		"of another fleet":      {mint(h.authority.ca, identity.Identity{Fleet: "fleet-2", Cluster: "edge", UID: "uid-2"}, time.Now()), connect.CodeUnauthenticated},
		"expired":               {mint(h.authority.ca, current, time.Now().Add(-48*time.Hour)), connect.CodeUnauthenticated},
		"superseded":            {superseded, connect.CodePermissionDenied},
		"never enrolled":        {mint(h.authority.ca, identity.Identity{Fleet: fleet, Cluster: "edge", UID: "uid-9"}, time.Now()), connect.CodePermissionDenied},
		"of an unknown cluster": {mint(h.authority.ca, identity.Identity{Fleet: fleet, Cluster: "nobody", UID: "uid-2"}, time.Now()), connect.CodePermissionDenied},
	} {
		t.Run(name, func(t *testing.T) {
			client := h.client(c.certificate)
			_, watchErr := client.Watch(context.Background(), delivery.Have{})
			_, renewErr := client.Renew(context.Background(), nil)
			for _, err := range []error{watchErr, renewErr} {
				if connect.CodeOf(err) != c.code || !delivery.Refused(err) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
	if len(h.sink.told()) != 0 {
		t.Errorf("sink was told %v", h.sink.told())
	}
	h.watch(h.client(mint(h.authority.ca, current, time.Now())), delivery.Have{}) // the control
}

func TestARevokedAgentIsCutOff(t *testing.T) {
	h := startHub(t)
	c := h.agent("edge")
	s := h.watch(c, delivery.Have{})
	h.authority.revoke("edge")
	if err := ends(t, s); connect.CodeOf(err) != connect.CodePermissionDenied || !strings.Contains(err.Error(), "fairlead cluster token edge") {
		t.Errorf("ended with %v", err)
	}
	if err := s.Report(context.Background(), &deliveryv1.ReportRequest{}); !delivery.Refused(err) {
		t.Errorf("report: %v", err)
	}
}

func TestDisconnect(t *testing.T) {
	h := startHub(t)
	a, b := h.watch(h.agent("edge-a"), delivery.Have{}), h.watch(h.agent("edge-b"), delivery.Have{})
	h.Disconnect("edge-a")
	if err := ends(t, a); !delivery.Refused(err) {
		t.Errorf("ended with %v", err)
	}
	if open := h.Sessions(); len(open) != 1 || open[0].Number != b.Session() {
		t.Errorf("open: %+v", open)
	}
}

func TestACertificateThatRunsOutEndsItsSessionAndIsRenewed(t *testing.T) {
	h := startHub(t)
	c := h.agent("edge")
	s := h.watch(c, delivery.Have{})

	key, err := delivery.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	csr, err := key.Request()
	if err != nil {
		t.Fatal(err)
	}
	h.advance(20 * time.Hour)
	renewed, err := c.Renew(context.Background(), csr)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := key.Certificate(renewed.GetCertificate())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Use(certificate, renewed.GetCa()); err != nil {
		t.Fatal(err)
	}
	if err := s.Report(context.Background(), &deliveryv1.ReportRequest{}); err != nil {
		t.Errorf("report with the new certificate over the old session: %v", err)
	}
	h.advance(5 * time.Hour) // the first one ends, the second does not
	if err := ends(t, s); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Errorf("ended with %v", err)
	}
	s.Close()
	again := h.watch(c, delivery.Have{})
	expect(t, again, "same")
}

func TestReportsComeInOrderOrNotAtAll(t *testing.T) {
	h := startHub(t)
	c := h.agent("edge")
	s := h.watch(c, delivery.Have{})
	ctx := context.Background()
	for range 2 {
		if err := s.Report(ctx, &deliveryv1.ReportRequest{}); err != nil {
			t.Fatal(err)
		}
	}
	id := h.Sessions()[0].Identity
	for name, r := range map[string]*deliveryv1.ReportRequest{
		"replayed":      {Session: s.Session(), Sequence: 2},
		"older":         {Session: s.Session(), Sequence: 1},
		"none":          {Session: s.Session()},
		"other session": {Session: s.Session() - 1, Sequence: 9},
		"later session": {Session: s.Session() + 1, Sequence: 9},
	} {
		if err := h.report(ctx, caller{identity: id}, r); connect.CodeOf(err) != connect.CodeFailedPrecondition {
			t.Errorf("%s: %v", name, err)
		}
	}
	huge := &deliveryv1.ReportRequest{Session: s.Session(), Sequence: 3, Applications: []*deliveryv1.ApplicationReport{
		{Namespace: "ns", Name: "big", Status: make([]byte, delivery.MaxReportStatus+1)}}}
	if err := h.report(ctx, caller{identity: id}, huge); connect.CodeOf(err) != connect.CodeInvalidArgument || !strings.Contains(err.Error(), "ns/big") {
		t.Errorf("huge: %v", err)
	}
	h.sink.err = errors.New("status is busy")
	if err := s.Report(ctx, &deliveryv1.ReportRequest{}); connect.CodeOf(err) != connect.CodeUnavailable || !strings.Contains(err.Error(), "busy") {
		t.Errorf("sink's error: %v", err)
	}
	if len(h.sink.reports) != 3 {
		t.Errorf("sink got %d reports", len(h.sink.reports))
	}
}

// raw posts to the server with a client of its own.
func raw(t *testing.T, h *hub, path string, body []byte) (int, string) {
	t.Helper()
	pool := h.authority.ca.Pool()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, NextProtos: []string{"h2"}}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequest(http.MethodPost, h.endpoint+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}

func TestWhatIsNotInTheTableIsRefused(t *testing.T) {
	h := startHub(t)
	for path, code := range map[string]string{
		"/":                                     "permission_denied",
		"/metrics":                              "permission_denied",
		"/fairlead.delivery.v1.Delivery/":       "permission_denied",
		"/fairlead.delivery.v1.Delivery/Delete": "permission_denied",
		"/fairlead.delivery.v1.Delivery/Report/../Report": "permission_denied",
		"/fairlead.delivery.v1.Delivery/Report":           "unauthenticated",
	} {
		if status, text := raw(t, h, path, []byte("{}")); status/100 != 4 || !strings.Contains(text, code) {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
}

func TestEnrolIsBoundedBeforeItIsRead(t *testing.T) {
	h := startHub(t)
	huge := []byte(`{"token":"` + strings.Repeat("x", delivery.MaxEnrollMessage) + `"}`)
	if _, text := raw(t, h, deliveryv1connect.DeliveryEnrollProcedure, huge); !strings.Contains(text, "resource_exhausted") {
		t.Errorf("huge: %s", text)
	}
	limited := false
	for range enrollBurst {
		_, text := raw(t, h, deliveryv1connect.DeliveryEnrollProcedure, []byte("{}"))
		limited = limited || strings.Contains(text, "too many attempts")
	}
	if !limited {
		t.Error("one address may try without end")
	}
	h.advance(time.Minute)
	if _, _, err := h.join(h.token("edge")); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

func TestAddressLimit(t *testing.T) {
	at := time.Now()
	l := newAddressLimit(func() time.Time { return at })
	use := func(remote string) (n int) {
		for l.allow(remote) {
			n++
		}
		return n
	}
	if n := use("192.0.2.1:1"); n != enrollBurst {
		t.Errorf("%d attempts", n)
	}
	for remote, want := range map[string]int{
		"192.0.2.1:2": 0, "[::ffff:192.0.2.1]:3": 0, "192.0.2.2:1": enrollBurst, "nonsense": enrollBurst,
	} {
		if n := use(remote); n != want {
			t.Errorf("%s: %d attempts, want %d", remote, n, want)
		}
	}
	if a, b := use("[2001:db8::1]:1"), use("[2001:db8::2]:1"); a != enrollBurst || b != 0 {
		t.Errorf("one IPv6 site: %d and %d attempts", a, b)
	}
	at = at.Add(time.Hour)
	if !l.forget(at) || len(l.buckets) != 0 {
		t.Errorf("%d addresses are remembered for ever", len(l.buckets))
	}
}
