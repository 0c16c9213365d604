package enroll

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

const (
	endpointLifetime = 30 * 24 * time.Hour
	// endpointRenewal is how long before its end a certificate is replaced.
	endpointRenewal = 10 * 24 * time.Hour
)

// Endpoint is the hub's own certificate: issued in memory when first asked for
// and again before it ends. Safe for concurrent use.
type Endpoint struct {
	ca    *CA
	hosts []string
	clock func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
}

// NewEndpoint serves under these host names and IP addresses.
func NewEndpoint(ca *CA, hosts []string, clock func() time.Time) (*Endpoint, error) {
	if len(hosts) == 0 || slices.Contains(hosts, "") {
		return nil, errors.New("endpoint certificate: at least one host name or IP address is needed, and none may be empty")
	}
	return &Endpoint{ca: ca, hosts: hosts, clock: clock}, nil
}

// Certificate is for tls.Config.GetCertificate. The CA stands behind the leaf,
// where joining agents look for the pinned key.
func (e *Endpoint) Certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.clock()
	if e.current == nil || now.After(e.current.Leaf.NotAfter.Add(-endpointRenewal)) {
		next, err := e.issue(now)
		if err != nil {
			return nil, fmt.Errorf("issue the hub's certificate: %w", err)
		}
		e.current = next
	}
	return e.current, nil
}

func (e *Endpoint) issue(now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"Fairlead"}, CommonName: "hub"},
		NotBefore:   notBefore,
		NotAfter:    now.Add(endpointLifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range e.hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := e.ca.sign(template, key.Public())
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, e.ca.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
