package hub

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"sync"
	"time"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
	"github.com/fairlead/fairlead/internal/hub/session"
)

// InCluster is the identity of the agent that runs inside the hub's process.
// It implements the agent's Credentials. Keys never leave the process, so each
// process enrols once, and signs again whenever it is asked.
type InCluster struct {
	authority *authority
	endpoint  string

	mu sync.Mutex
	id *identity.Identity
}

// Endpoint of this hub.
func (i *InCluster) Endpoint() string { return i.endpoint }

// Certificate returns a fresh certificate, its key and the PEM of the fleet's
// CA.
func (i *InCluster) Certificate() (tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	enrolled, err := i.sign(csr)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("enrol the agent of the hub's own cluster: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	cert, err := tls.X509KeyPair(enrolled.Certificate, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	return cert, enrolled.CA, err
}

func (i *InCluster) sign(csr []byte) (session.Enrolled, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.id != nil {
		return i.authority.Renew(ctx, *i.id, csr)
	}
	enrolled, err := i.authority.enroll(ctx, fleet.InClusterName, csr)
	if err == nil {
		i.id = &enrolled.Identity
	}
	return enrolled, err
}
