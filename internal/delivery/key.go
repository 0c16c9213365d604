package delivery

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// PrivateKey is an agent's private key (ECDSA P-256). It is made at the agent and
// never leaves it.
type PrivateKey struct{ private *ecdsa.PrivateKey }

// NewKey makes a key.
func NewKey() (PrivateKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return PrivateKey{}, fmt.Errorf("make agent key: %w", err)
	}
	return PrivateKey{private}, nil
}

// Request is a certificate request (PKCS #10, DER) that proves possession of
// the key and names nobody: the hub writes the subject.
func (k PrivateKey) Request() ([]byte, error) {
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, k.private)
	if err != nil {
		return nil, fmt.Errorf("make certificate request: %w", err)
	}
	return csr, nil
}

// PEM is the key as PKCS #8, for the agent's own store.
func (k PrivateKey) PEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private)
	if err != nil {
		return nil, fmt.Errorf("encode agent key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Certificate joins the key with the certificate (PEM, leaf first) that the hub
// issued for it.
func (k PrivateKey) Certificate(certificate []byte) (tls.Certificate, error) {
	key, err := k.PEM()
	if err != nil {
		return tls.Certificate{}, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("join certificate and agent key: %w", err)
	}
	return pair, nil
}
