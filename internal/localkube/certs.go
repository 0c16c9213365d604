package localkube

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	// Long, because nothing renews these while the cluster runs, and they
	// never leave the machine. Leaves are new at every start.
	caLifetime   = 30 * 365 * 24 * time.Hour
	leafLifetime = 5 * 365 * 24 * time.Hour
	// backdate tolerates a clock that was set back between two starts.
	backdate = time.Hour
)

// authority is a certificate authority kept in NAME.crt and NAME.key.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

// pair is a PEM certificate and key with the files that hold them.
type pair struct {
	cert, key         []byte
	certPath, keyPath string
}

// loadAuthority reads the authority of a directory or makes it. A damaged one
// is an error: a new authority would lock out every kubeconfig handed out.
func loadAuthority(dir, name, commonName string, now time.Time) (*authority, error) {
	certPath, keyPath := filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	rawCert, err := os.ReadFile(certPath)
	if errors.Is(err, fs.ErrNotExist) {
		return makeAuthority(dir, name, commonName, now)
	}
	if err != nil {
		return nil, err
	}
	rawKey, err := os.ReadFile(keyPath)
	if err != nil {
		return nil, err
	}
	cert, err := parseCert(rawCert)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", certPath, err)
	}
	key, err := parseKey(rawKey)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", keyPath, err)
	}
	return &authority{dir: dir, cert: cert, key: key, pem: rawCert}, nil
}

func makeAuthority(dir, name, commonName string, now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(caLifetime),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	a := &authority{dir: dir, cert: template, key: key}
	p, err := a.sign(template, key)
	if err != nil {
		return nil, err
	}
	if a.cert, err = parseCert(p.cert); err != nil {
		return nil, err
	}
	a.pem = p.cert
	// The key first: a certificate on disk promises that the key is there.
	if err := writeFile(filepath.Join(dir, name+".key"), p.key); err != nil {
		return nil, err
	}
	return a, writeFile(filepath.Join(dir, name+".crt"), p.cert)
}

// issue makes a certificate for the common name and organization (user and
// group in Kubernetes), valid for both ends of loopback connections, and
// writes it beside the authority. It is made anew at every start.
func (a *authority) issue(name, commonName, organization string, now time.Time) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	subject := pkix.Name{CommonName: commonName}
	if organization != "" {
		subject.Organization = []string{organization}
	}
	p, err := a.sign(&x509.Certificate{
		Subject:     subject,
		NotBefore:   now.Add(-backdate),
		NotAfter:    now.Add(leafLifetime),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(firstServiceIP)},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
	}, key)
	if err != nil {
		return nil, err
	}
	p.certPath, p.keyPath = filepath.Join(a.dir, name+".crt"), filepath.Join(a.dir, name+".key")
	if err := writeFile(p.keyPath, p.key); err != nil {
		return nil, err
	}
	return p, writeFile(p.certPath, p.cert)
}

func (a *authority) sign(template *x509.Certificate, key *ecdsa.PrivateKey) (*pair, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("sign certificate %s: %w", template.Subject.CommonName, err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return &pair{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: rawKey}),
	}, nil
}

func parseCert(raw []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no PEM certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

func parseKey(raw []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("no PEM key")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("unexpected key type %T", key)
	}
	return ec, nil
}

// writeFile replaces a file by rename, readable by its owner alone.
func writeFile(path string, raw []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
