package credential

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1/deliveryv1connect"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// authority is a fleet's CA, as small as a test needs it.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	next int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, next: 1}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	a.cert = a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "test fleet"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, a.key.Public())
	return a
}

func (a *authority) sign(template *x509.Certificate, key any) *x509.Certificate {
	a.t.Helper()
	a.next++
	template.SerialNumber = big.NewInt(a.next)
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Minute), time.Now().Add(time.Hour)
	parent := a.cert
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key, a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

func asPEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// hub enrols whom it is told to, over real TLS.
type hub struct {
	deliveryv1connect.UnimplementedDeliveryHandler
	ca      *authority
	server  *httptest.Server
	refuse  atomic.Bool
	away    atomic.Int32 // answers so many times that it is away
	enrols  atomic.Int32
	renewed atomic.Int32
}

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{ca: newAuthority(t)}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := h.ca.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: "hub"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, key.Public())
	_, handler := deliveryv1connect.NewDeliveryHandler(h)
	h.server = httptest.NewUnstartedServer(handler)
	h.server.EnableHTTP2 = true
	pair := tls.Certificate{Certificate: [][]byte{leaf.Raw, h.ca.cert.Raw}, PrivateKey: key}
	h.server.TLS = delivery.ServerTLS(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil })
	h.server.TLS.Certificates = []tls.Certificate{pair} // else httptest puts its own there
	h.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.server.StartTLS()
	t.Cleanup(h.server.Close)
	return h
}

func (h *hub) issue(csr []byte) ([]byte, error) {
	request, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return nil, err
	}
	id := identity.Identity{Fleet: "f", Cluster: "edge-1", UID: "u"}
	return asPEM(h.ca.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "edge-1"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, URIs: append(request.URIs, id.URI())}, request.PublicKey)), nil
}

func (h *hub) Enroll(_ context.Context, r *deliveryv1.EnrollRequest) (*deliveryv1.EnrollResponse, error) {
	h.enrols.Add(1)
	if h.away.Add(-1) >= 0 {
		return nil, connect.NewError(connect.CodeUnavailable, errors.New("starting"))
	}
	if h.refuse.Load() {
		return nil, connect.NewError(connect.CodePermissionDenied, errors.New("this join token was used already"))
	}
	certificate, err := h.issue(r.GetCsr())
	if err != nil {
		return nil, err
	}
	return &deliveryv1.EnrollResponse{Certificate: certificate, Ca: asPEM(h.ca.cert), Cluster: "edge-1", FleetId: "f", HubTime: time.Now().Unix()}, nil
}

func (h *hub) Renew(_ context.Context, r *deliveryv1.RenewRequest) (*deliveryv1.RenewResponse, error) {
	h.renewed.Add(1)
	certificate, err := h.issue(r.GetCsr())
	if err != nil {
		return nil, err
	}
	return &deliveryv1.RenewResponse{Certificate: certificate, Ca: asPEM(h.ca.cert)}, nil
}

func (h *hub) token() string {
	return identity.JoinToken{Endpoint: h.server.URL, ID: "abcdefgh", Secret: [32]byte{1}, Pin: identity.PinOf(h.ca.cert)}.Encode()
}

func join(t *testing.T, dir, token string) (*File, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return Join(ctx, JoinOptions{Token: token, Dir: dir, Version: "test", Time: delivery.NewAgentTime(time.Now),
		Logger: logr.Discard(), Wait: func(int) time.Duration { return 10 * time.Millisecond }})
}

func TestJoin(t *testing.T) {
	h := newHub(t)
	dir := filepath.Join(t.TempDir(), "data")
	h.away.Store(3)
	f, err := join(t, dir, h.token())
	if err != nil {
		t.Fatal(err)
	}
	if h.enrols.Load() != 4 || f.Cluster() != "edge-1" || f.Fleet() != "f" || f.Endpoint() != h.server.URL {
		t.Errorf("after %d calls: %+v", h.enrols.Load(), f)
	}
	info, err := os.Stat(filepath.Join(dir, fileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("identity file: %v, %v", info, err)
	}
	raw, _ := os.ReadFile(filepath.Join(dir, fileName))
	if strings.Contains(string(raw), h.token()) {
		t.Error("the token was written")
	}

	again, err := join(t, dir, h.token())
	if err != nil || again.Cluster() != "edge-1" || h.enrols.Load() != 4 {
		t.Errorf("joining again: %v, %d calls; want the identity that is there and no call", err, h.enrols.Load())
	}
	if _, err := join(t, dir, newHub(t).token()); !errors.Is(err, ErrToken) || !strings.Contains(err.Error(), "another hub") {
		t.Errorf("joining another hub: %v", err)
	}
}

func TestJoinRefused(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	h.refuse.Store(true)
	_, err := join(t, dir, h.token())
	if !errors.Is(err, ErrToken) || !strings.Contains(err.Error(), "used already") || !strings.Contains(err.Error(), "fairlead cluster add") {
		t.Errorf("refused token: %v", err)
	}
	if h.enrols.Load() != 1 {
		t.Errorf("asked %d times with a token that is refused", h.enrols.Load())
	}
	other := identity.JoinToken{Endpoint: h.server.URL, ID: "abcdefgh", Pin: identity.PinOf(newAuthority(t).cert)}
	if _, err := join(t, dir, other.Encode()); !errors.Is(err, ErrToken) || !errors.Is(err, delivery.ErrPin) {
		t.Errorf("another hub at the endpoint: %v", err)
	}
	if h.enrols.Load() != 1 {
		t.Error("a token was shown to a hub that is not its own")
	}
	if _, err := join(t, dir, "nonsense"); !errors.Is(err, ErrToken) {
		t.Errorf("nonsense: %v", err)
	}
	if f, err := Load(dir); f != nil || err != nil {
		t.Errorf("after refusals there is an identity: %v, %v", f, err)
	}
}

func TestRenew(t *testing.T) {
	h := newHub(t)
	dir := t.TempDir()
	f, err := join(t, dir, h.token())
	if err != nil {
		t.Fatal(err)
	}
	old, ca, err := f.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	client, err := delivery.NewClient(delivery.ClientOptions{Endpoint: f.Endpoint(), CA: ca, Certificate: old, Time: delivery.NewAgentTime(time.Now)})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	request, err := f.Request()
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Renew(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Renewed(response); err != nil {
		t.Fatal(err)
	}
	if err := f.Renewed(response); err == nil {
		t.Error("a second answer to one request was taken")
	}
	kept, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	fresh, _, err := kept.Certificate()
	if err != nil || string(fresh.Certificate[0]) == string(old.Certificate[0]) || kept.Cluster() != "edge-1" {
		t.Errorf("renewed identity: %v", err)
	}
}
