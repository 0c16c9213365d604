package delivery

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// alpn is all that is spoken: HTTP/2, whose pings tell a dead link.
var alpn = []string{"h2"}

// ServerTLS is the hub's side: TLS 1.3, with a client certificate requested but
// judged by VerifyClient alone. Certificates must carry the CA behind the leaf,
// since a joining agent recognises the hub by it. No tickets: every connection
// proves its key.
func ServerTLS(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)) *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		NextProtos:             alpn,
		ClientAuth:             tls.RequestClientCert,
		SessionTicketsDisabled: true,
		GetCertificate:         certificate,
	}
}

// ClientTLS is an enrolled agent's side: the hub must present a certificate for
// the dialled host that one of cas issued; the agent presents certificate.
func ClientTLS(cas *x509.CertPool, certificate tls.Certificate, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: alpn,
		RootCAs:    cas,
		Time:       now,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			// Whatever issuers the hub names: it tells a stranger so in words.
			return &certificate, nil
		},
	}
}

// ErrPin is returned when the endpoint is not the hub that the join token names.
var ErrPin = errors.New("the endpoint is not the hub that this join token is for")

// joinTLS is a joining agent's side. It has no CA yet, so it trusts the one
// presented whose key has the pinned hash, and then verifies as ClientTLS does.
// The handshake fails before a byte of the request is written.
func joinTLS(pin identity.Pin, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion:         tls.VersionTLS13,
		NextProtos:         alpn,
		InsecureSkipVerify: true, // VerifyConnection does it, by the pin
		VerifyConnection: func(cs tls.ConnectionState) error {
			return verifyPinned(cs, pin, now())
		},
	}
}

func verifyPinned(cs tls.ConnectionState, pin identity.Pin, now time.Time) error {
	if len(cs.PeerCertificates) == 0 {
		return fmt.Errorf("%w: it presents no certificate", ErrPin)
	}
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	pinned := false
	for _, cert := range cs.PeerCertificates[1:] {
		if cert.IsCA && pin.Matches(cert) {
			roots.AddCert(cert)
			pinned = true
		} else {
			intermediates.AddCert(cert)
		}
	}
	if !pinned {
		return fmt.Errorf("%w: no certificate authority that it presents has the pinned key; nothing was sent to it. Check the endpoint, and that nothing intercepts TLS on the way", ErrPin)
	}
	_, err := cs.PeerCertificates[0].Verify(x509.VerifyOptions{
		DNSName:       cs.ServerName,
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return fmt.Errorf("verify the hub's certificate: %w", err)
	}
	return nil
}

// ParseCertificates reads every certificate of a PEM text; at least one.
func ParseCertificates(text []byte) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("parse certificate %d: %w", len(certs)+1, err)
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return nil, errors.New("no PEM certificate")
	}
	return certs, nil
}

// Pool is a pool of every certificate of a PEM text.
func Pool(text []byte) (*x509.CertPool, error) {
	certs, err := ParseCertificates(text)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, cert := range certs {
		pool.AddCert(cert)
	}
	return pool, nil
}
