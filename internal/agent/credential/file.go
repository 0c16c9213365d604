package credential

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// fileName within the data directory.
const fileName = "identity.json"

// content of the file. Key and certificates are PEM.
type content struct {
	Endpoint    string `json:"endpoint"`
	Fleet       string `json:"fleet"`
	Cluster     string `json:"cluster"`
	CA          string `json:"ca"`
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

// File is an identity that stands in a data directory. Safe for concurrent use.
type File struct {
	path string

	mu   sync.Mutex
	held content
	// next key, whose certificate has been asked for.
	next *delivery.PrivateKey
}

// Load the identity in a data directory; nil if there is none.
func Load(dir string) (*File, error) {
	path := filepath.Join(dir, fileName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read identity: %w", err)
	}
	f := &File{path: path}
	if err := json.Unmarshal(raw, &f.held); err != nil {
		return nil, fmt.Errorf("identity %s cannot be read: remove it and join again with a new token: %w", path, err)
	}
	if _, _, err := f.Certificate(); err != nil {
		return nil, fmt.Errorf("identity %s cannot be used: remove it and join again with a new token: %w", path, err)
	}
	return f, nil
}

// Cluster is the name that the hub knows this agent's cluster by.
func (f *File) Cluster() string { return f.held.Cluster }

// Fleet is the ID of the fleet.
func (f *File) Fleet() string { return f.held.Fleet }

// Endpoint of the hub.
func (f *File) Endpoint() string { return f.held.Endpoint }

// Certificate with its key, and the hub's CA bundle.
func (f *File) Certificate() (tls.Certificate, []byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	pair, err := tls.X509KeyPair([]byte(f.held.Certificate), []byte(f.held.Key))
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("read the agent's certificate: %w", err)
	}
	return pair, []byte(f.held.CA), nil
}

// belongsTo tells whether the identity is of the hub that a token names: the
// pinned key is one of the CA's.
func (f *File) belongsTo(token identity.JoinToken) bool {
	cas, err := delivery.ParseCertificates([]byte(f.held.CA))
	if err != nil {
		return false
	}
	for _, ca := range cas {
		if token.Pin.Matches(ca) {
			return true
		}
	}
	return false
}

// Request makes the next key, and a certificate request for it.
func (f *File) Request() ([]byte, error) {
	key, err := delivery.NewKey()
	if err != nil {
		return nil, err
	}
	request, err := key.Request()
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	f.next = &key
	f.mu.Unlock()
	return request, nil
}

// Renewed keeps the certificate that answers the last Request, and its key.
func (f *File) Renewed(r *deliveryv1.RenewResponse) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		return errors.New("a certificate came without a request")
	}
	return f.keep(*f.next, r.GetCertificate(), r.GetCa())
}

// keep writes key and certificate, then holds them; the lock is held.
func (f *File) keep(key delivery.PrivateKey, certificate, ca []byte) error {
	if _, err := key.Certificate(certificate); err != nil {
		return err
	}
	if _, err := delivery.ParseCertificates(ca); err != nil {
		return fmt.Errorf("read the hub's CA: %w", err)
	}
	pem, err := key.PEM()
	if err != nil {
		return err
	}
	next := f.held
	next.Key, next.Certificate, next.CA = string(pem), string(certificate), string(ca)
	raw, err := json.MarshalIndent(next, "", "  ")
	if err != nil {
		return fmt.Errorf("write identity: %w", err)
	}
	if err := replace(f.path, raw); err != nil {
		return fmt.Errorf("write identity: %w", err)
	}
	f.held, f.next = next, nil
	return nil
}

// replace a file as a whole: a crash leaves the old one or the new one.
func replace(path string, raw []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), fileName+".*") // mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(raw)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}
