package enroll

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

const (
	// caLifetime is long: agents that are away for years still know the hub.
	caLifetime = 20 * 365 * 24 * time.Hour
	// serialBits of random serial numbers (CA/Browser Forum asks for 64).
	serialBits = 127
)

// notBefore stands in certificates of the CA and of the hub's endpoint. An agent
// whose clock is lost judges them by the time that it was built, which is
// before the hub was; the start of such a certificate protects nothing.
var notBefore = time.Date(2020, time.January, 1, 0, 0, 0, 0, time.UTC)

// CA is the fleet's certificate authority (ECDSA P-256). Immutable.
type CA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// NewCA makes the CA of a fleet.
func NewCA(fleet string, now time.Time) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the CA key of fleet %s: %w", fleet, err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"Fairlead"}, CommonName: "fleet " + fleet},
		NotBefore:             notBefore,
		NotAfter:              now.Add(caLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("make the CA of fleet %s: %w", fleet, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make the CA of fleet %s: %w", fleet, err)
	}
	return &CA{cert: cert, key: key}, nil
}

// ParseCA reads what CertificatePEM and KeyPEM wrote.
func ParseCA(certificate, key []byte) (*CA, error) {
	certBlock, _ := pem.Decode(certificate)
	keyBlock, _ := pem.Decode(key)
	if certBlock == nil || keyBlock == nil {
		return nil, errors.New("parse CA: certificate or key is not PEM")
	}
	cert, err := x509.ParseCertificate(certBlock.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse CA certificate: %w", err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, errors.New("parse CA key: not PKCS #8") // nothing of the key
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	switch {
	case !ok || !private.PublicKey.Equal(cert.PublicKey):
		return nil, errors.New("parse CA: key and certificate do not belong together")
	case !cert.IsCA:
		return nil, errors.New("parse CA: the certificate is not of an authority")
	}
	return &CA{cert: cert, key: private}, nil
}

// CertificatePEM is what agents trust.
func (ca *CA) CertificatePEM() []byte { return certificatePEM(ca.cert.Raw) }

// KeyPEM is the CA's private key, PKCS #8.
func (ca *CA) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(ca.key)
	if err != nil {
		return nil, fmt.Errorf("encode CA key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Pin is what join tokens carry.
func (ca *CA) Pin() identity.Pin { return identity.PinOf(ca.cert) }

// Pool trusts this CA alone.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

// sign issues a certificate that does not outlive the CA.
func (ca *CA) sign(template *x509.Certificate, public any) ([]byte, error) {
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	if template.NotAfter.After(ca.cert.NotAfter) {
		template.NotAfter = ca.cert.NotAfter
	}
	template.BasicConstraintsValid = true
	return x509.CreateCertificate(rand.Reader, template, ca.cert, public, ca.key)
}

func newSerial() (*big.Int, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, fmt.Errorf("choose a serial number: %w", err)
	}
	return serial.Add(serial, big.NewInt(1)), nil
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
