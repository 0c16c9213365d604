package enroll

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

var (
	now  = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	edge = identity.Identity{Fleet: "fleet-1", Cluster: "edge-tokyo-1", UID: "uid-1"}
)

func newCA(t *testing.T) *CA {
	t.Helper()
	ca, err := NewCA("fleet-1", now)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func request(t *testing.T, key crypto.Signer, template x509.CertificateRequest) []byte {
	t.Helper()
	csr, err := x509.CreateCertificateRequest(rand.Reader, &template, key)
	if err != nil {
		t.Fatal(err)
	}
	return csr
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSignCSRWritesTheSubjectItself(t *testing.T) {
	ca := newCA(t)
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	other, _ := url.Parse("fairlead://fleet-1/cluster/other/uid-9")
	certificate, err := ca.SignCSR(request(t, key, x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "other", Organization: []string{"system:masters"}},
		URIs:    []*url.URL{other}, DNSNames: []string{"hub"},
	}), edge, now)
	if err != nil {
		t.Fatal(err)
	}
	chain := must(delivery.ParseCertificates(certificate))
	leaf := chain[0]
	if leaf.Subject.String() != "CN=edge-tokyo-1,O=Fairlead agents" || len(leaf.DNSNames) != 0 || leaf.IsCA || !key.PublicKey.Equal(leaf.PublicKey) {
		t.Errorf("subject %s, names %v, CA %v", leaf.Subject, leaf.DNSNames, leaf.IsCA)
	}
	if !leaf.NotBefore.Equal(now.Add(-5*time.Minute)) || !leaf.NotAfter.Equal(now.Add(24*time.Hour)) {
		t.Errorf("valid %s to %s", leaf.NotBefore, leaf.NotAfter)
	}
	for at, want := range map[time.Time]error{
		now:                           nil,
		now.Add(-4 * time.Minute):     nil,
		now.Add(24*time.Hour + 1):     delivery.ErrExpired,
		now.Add(30 * 365 * time.Hour): delivery.ErrExpired,
		now.Add(-6 * time.Minute):     delivery.ErrUntrusted,
	} {
		id, err := delivery.VerifyClient(chain, ca.Pool(), "fleet-1", at)
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("at %s: %v, want %v", at, err, want)
		}
		if known := want == nil || errors.Is(want, delivery.ErrExpired); known != (id == edge) {
			t.Errorf("at %s: identity %v beside %v", at, id, err)
		}
	}
	if _, err := delivery.VerifyClient(chain, ca.Pool(), "fleet-2", now); !errors.Is(err, delivery.ErrUntrusted) {
		t.Errorf("another fleet: %v", err)
	}
	if _, err := delivery.VerifyClient(chain, newCA(t).Pool(), "fleet-1", now); !errors.Is(err, delivery.ErrUntrusted) {
		t.Errorf("another CA: %v", err)
	}
	if _, err := delivery.VerifyClient(nil, ca.Pool(), "fleet-1", now); !errors.Is(err, delivery.ErrNoCertificate) {
		t.Errorf("no certificate: %v", err)
	}
}

func TestHubCertificateIsNoAgents(t *testing.T) {
	ca := newCA(t)
	endpoint := must(NewEndpoint(ca, []string{"hub"}, func() time.Time { return now }))
	pair := must(endpoint.Certificate(nil))
	if _, err := delivery.VerifyClient([]*x509.Certificate{pair.Leaf}, ca.Pool(), "fleet-1", now); !errors.Is(err, delivery.ErrUntrusted) {
		t.Errorf("got %v", err)
	}
}

func TestSignCSRKeys(t *testing.T) {
	ca := newCA(t)
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	sound := request(t, must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), x509.CertificateRequest{})
	forged := bytes.Clone(sound)
	forged[len(forged)-1] ^= 1
	for name, c := range map[string]struct {
		csr  []byte
		good bool
	}{
		"P-256":      {sound, true},
		"P-384":      {request(t, must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)), x509.CertificateRequest{}), true},
		"Ed25519":    {request(t, edKey, x509.CertificateRequest{}), true},
		"RSA 2048":   {request(t, must(rsa.GenerateKey(rand.Reader, 2048)), x509.CertificateRequest{}), true},
		"RSA 1024":   {request(t, weakRSA(t), x509.CertificateRequest{}), false},
		"P-224":      {request(t, must(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)), x509.CertificateRequest{}), false},
		"not signed": {forged, false},
		"empty":      {nil, false},
		"huge":       {make([]byte, 1<<20), false},
		"trailing":   {append(bytes.Clone(sound), 0), false},
	} {
		_, err := ca.SignCSR(c.csr, edge, now)
		if (err == nil) != c.good || err != nil && !errors.Is(err, ErrRequest) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ca.SignCSR(sound, identity.Identity{Fleet: "f", Cluster: "a/b", UID: "u"}, now); err == nil {
		t.Error("signed an identity that cannot be written")
	}
}

// weakRSA is a 1024-bit key, which crypto/rsa makes only when told twice.
func weakRSA(t *testing.T) *rsa.PrivateKey {
	t.Setenv("GODEBUG", "rsa1024min=0")
	return must(rsa.GenerateKey(rand.Reader, 1024))
}

func TestParseCA(t *testing.T) {
	ca, other := newCA(t), newCA(t)
	key := must(ca.KeyPEM())
	again, err := ParseCA(ca.CertificatePEM(), key)
	if err != nil || again.Pin() != ca.Pin() {
		t.Fatalf("%v", err)
	}
	for name, parts := range map[string][2][]byte{
		"another key": {ca.CertificatePEM(), must(other.KeyPEM())},
		"no key":      {ca.CertificatePEM(), nil},
		"broken key":  {ca.CertificatePEM(), bytes.Replace(key, []byte("M"), []byte("N"), 1)},
		"no cert":     {nil, key},
	} {
		if _, err := ParseCA(parts[0], parts[1]); err == nil || strings.Contains(err.Error(), string(key[40:60])) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEndpointCertificateIsReplacedInTime(t *testing.T) {
	at := now
	endpoint := must(NewEndpoint(newCA(t), []string{"hub.example.com", "127.0.0.1", "::1"}, func() time.Time { return at }))
	first := must(endpoint.Certificate(nil))
	if err := errors.Join(first.Leaf.VerifyHostname("hub.example.com"), first.Leaf.VerifyHostname("127.0.0.1"), first.Leaf.VerifyHostname("::1")); err != nil {
		t.Error(err)
	}
	at = now.Add(19 * 24 * time.Hour)
	if must(endpoint.Certificate(nil)) != first {
		t.Error("replaced too early")
	}
	at = now.Add(21 * 24 * time.Hour)
	next := must(endpoint.Certificate(nil))
	if next == first || !next.Leaf.NotAfter.Equal(at.Add(endpointLifetime)) {
		t.Errorf("valid to %s at %s", next.Leaf.NotAfter, at)
	}
	if _, err := NewEndpoint(newCA(t), nil, time.Now); err == nil {
		t.Error("an endpoint without a host")
	}
}
