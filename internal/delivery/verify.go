package delivery

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// Why a client certificate does not let its bearer in.
var (
	// ErrNoCertificate: none was presented.
	ErrNoCertificate = errors.New("no client certificate; enrol with a join token first")
	// ErrUntrusted: not issued by this fleet for an agent.
	ErrUntrusted = errors.New("client certificate is not one of this fleet's agents")
	// ErrExpired: it was one of this fleet's, and has run out.
	ErrExpired = errors.New("client certificate has expired")
)

// VerifyClient is the one function that decides about an agent's certificate:
// issued by the fleet's CA, for client authentication, naming a cluster of this
// fleet, and valid at now. chain is as the peer sent it, leaf first.
//
// TLS itself only asks for a certificate, because Go's own verification refuses
// an expired one during the handshake. With ErrExpired, and only then, the
// identity is returned beside the error; everything else about it was verified.
//
// Whether the identity is still the cluster's current one is not known here.
func VerifyClient(chain []*x509.Certificate, cas *x509.CertPool, fleet string, now time.Time) (identity.Identity, error) {
	if len(chain) == 0 {
		return identity.Identity{}, ErrNoCertificate
	}
	leaf := chain[0]
	intermediates := x509.NewCertPool()
	for _, cert := range chain[1:] {
		intermediates.AddCert(cert)
	}
	at := now
	if at.After(leaf.NotAfter) {
		at = leaf.NotAfter // the chain first; that it expired is said below
	}
	if _, err := leaf.Verify(x509.VerifyOptions{
		Roots:         cas,
		Intermediates: intermediates,
		CurrentTime:   at,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}); err != nil {
		return identity.Identity{}, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	id, err := identity.OfCertificate(leaf)
	if err != nil {
		return identity.Identity{}, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if id.Fleet != fleet {
		return identity.Identity{}, fmt.Errorf("%w: it is of fleet %s, this is fleet %s", ErrUntrusted, id.Fleet, fleet)
	}
	if now.After(leaf.NotAfter) {
		return id, fmt.Errorf("%w: cluster %s, at %s", ErrExpired, id.Cluster, leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	return id, nil
}
