package enroll

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

const (
	// AgentLifetime is how long an agent's certificate is valid.
	AgentLifetime = 24 * time.Hour
	// backdate allows for hubs whose clocks differ a little.
	backdate = 5 * time.Minute
	// maxRequest bounds a certificate request, in bytes.
	maxRequest = 16 << 10
	minRSABits = 2048
)

// ErrRequest is returned for a certificate request that is not signed, of which
// no error is worth a retry.
var ErrRequest = errors.New("certificate request refused")

// SignCSR issues an agent's certificate (PEM) for the public key of a PKCS #10
// request (DER). Whatever else the request asks for is ignored: the identity is
// the hub's word.
func (ca *CA) SignCSR(csr []byte, id identity.Identity, now time.Time) ([]byte, error) {
	if err := id.Validate(); err != nil {
		return nil, fmt.Errorf("sign the agent of cluster %s: %w", id.Cluster, err)
	}
	public, err := requestedKey(csr)
	if err != nil {
		return nil, fmt.Errorf("sign the agent of cluster %s: %w", id.Cluster, err)
	}
	der, err := ca.sign(&x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"Fairlead agents"}, CommonName: commonName(id)},
		URIs:        []*url.URL{id.URI()},
		NotBefore:   now.Add(-backdate),
		NotAfter:    now.Add(AgentLifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, public)
	if err != nil {
		return nil, fmt.Errorf("sign the agent of cluster %s: %w", id.Cluster, err)
	}
	return certificatePEM(der), nil
}

// commonName is for people who read certificates; at most 64 characters
// (RFC 5280, ub-common-name). The URI is what counts.
func commonName(id identity.Identity) string {
	return id.Cluster[:min(len(id.Cluster), 64)]
}

// requestedKey is the public key of a request that proves possession of it.
func requestedKey(csr []byte) (any, error) {
	if len(csr) > maxRequest {
		return nil, fmt.Errorf("%w: it has %d bytes, at most %d are taken", ErrRequest, len(csr), maxRequest)
	}
	request, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return nil, fmt.Errorf("%w: it is not PKCS #10 in DER", ErrRequest)
	}
	if err := checkKey(request.PublicKey); err != nil {
		return nil, err
	}
	if err := request.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: it is not signed by its own key", ErrRequest)
	}
	return request.PublicKey, nil
}

func checkKey(public any) error {
	switch key := public.(type) {
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() || key.Curve == elliptic.P384() || key.Curve == elliptic.P521() {
			return nil
		}
	case ed25519.PublicKey:
		return nil
	case *rsa.PublicKey:
		if bits := key.N.BitLen(); bits < minRSABits || bits > 8192 {
			return fmt.Errorf("%w: RSA key of %d bits, want %d to 8192", ErrRequest, bits, minRSABits)
		}
		return nil
	}
	return fmt.Errorf("%w: key is none of ECDSA P-256, P-384, P-521, Ed25519 and RSA", ErrRequest)
}
