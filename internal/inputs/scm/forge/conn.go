package forge

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/inputs/address"
)

// Config says how to reach a provider.
type Config struct {
	// API is the address of the provider, checked with Base.
	API        *url.URL
	Credential Credential
	// CAs are bundles of certificates in PEM, besides the system's.
	CAs [][]byte
	// Insecure skips the verification of the server's certificate.
	Insecure bool
	Limits   Limits
	// Gate remembers across connections who wants to be left alone; nil means
	// one of its own.
	Gate *Gate
	// Cache keeps answers across connections; nil means that none are kept.
	Cache *Cache
}

// Conn is a connection to one provider with one credential. Close it.
type Conn struct {
	Limits     Limits
	api        *url.URL
	credential Credential
	transport  *http.Transport
	gate       *Gate
	cache      *Cache
}

// Dial prepares a connection; nothing is sent.
func Dial(cfg Config) (*Conn, error) {
	limits := cfg.Limits.orDefaults()
	verify := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: cfg.Insecure}
	if len(cfg.CAs) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			return nil, fmt.Errorf("read the system's certificates: %w", err)
		}
		for _, bundle := range cfg.CAs {
			if !pool.AppendCertsFromPEM(bundle) {
				return nil, errors.New("no certificate in the CA bundle: it must be in PEM form")
			}
		}
		verify.RootCAs = pool
	}
	gate := cfg.Gate
	if gate == nil {
		gate = NewGate()
	}
	return &Conn{
		Limits: limits, api: cfg.API, credential: cfg.Credential, gate: gate, cache: cfg.Cache,
		transport: &http.Transport{
			Proxy:               limits.proxy(),
			DialContext:         dialer(limits),
			TLSClientConfig:     verify,
			TLSHandshakeTimeout: 10 * time.Second,
			MaxIdleConnsPerHost: limits.Concurrency,
			ForceAttemptHTTP2:   true,
		},
	}, nil
}

// dialer refuses addresses unless all are allowed. A proxy that the environment
// names may be on this machine.
func dialer(limits Limits) func(ctx context.Context, network, to string) (net.Conn, error) {
	open := &net.Dialer{Timeout: 10 * time.Second}
	guarded := &net.Dialer{Timeout: 10 * time.Second, Control: refuseDial}
	proxies := address.Proxies(http.ProxyFromEnvironment)
	return func(ctx context.Context, network, to string) (net.Conn, error) {
		if limits.Reach != nil {
			if err := limits.Reach(to); err != nil {
				return nil, err
			}
		}
		if limits.AllowLoopback || to == limits.Own || slices.Contains(proxies, to) {
			return open.DialContext(ctx, network, to)
		}
		return guarded.DialContext(ctx, network, to)
	}
}

// proxy is what the environment says, unless hosts are judged.
func (l Limits) proxy() func(*http.Request) (*url.URL, error) {
	if l.Reach != nil {
		return nil
	}
	return http.ProxyFromEnvironment
}

// With is the same connection with another credential. Only one of both is
// closed.
func (c *Conn) With(credential Credential) *Conn {
	other := *c
	other.credential = credential
	return &other
}

// Close ends idle connections.
func (c *Conn) Close() { c.transport.CloseIdleConnections() }

// Anonymous is true for a connection without a credential.
func (c *Conn) Anonymous() bool { return c.credential.Anonymous() }

// API is the address that the connection was made for.
func (c *Conn) API() *url.URL {
	u := *c.api
	return &u
}

// At is an address below the provider's; the parts of the path are escaped
// already.
func (c *Conn) At(query url.Values, path ...string) *url.URL {
	u := c.API()
	escaped := strings.TrimRight(u.EscapedPath(), "/") + "/" + strings.Join(path, "/")
	// What was escaped unescapes; net/url keeps both forms.
	u.Path, _ = url.PathUnescape(escaped)
	u.RawPath = escaped
	u.RawQuery = query.Encode()
	return u
}

// maxRedirects: a moved repository takes one, a moved host another.
const maxRedirects = 5

// HTTP is a client for a library. What is no success is an error there.
func (c *Conn) HTTP() *http.Client {
	return &http.Client{Transport: c, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return fmt.Errorf("more than %d redirects", maxRedirects)
		}
		return nil
	}}
}

// Get decodes the JSON at an address of the provider.
func (c *Conn) Get(ctx context.Context, u *url.URL, into any) (http.Header, error) {
	resp, err := c.get(ctx, u)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	dec := json.NewDecoder(resp.Body)
	if err := dec.Decode(into); err != nil {
		return nil, c.Err(err)
	}
	return resp.Header, nil
}

// Exists is true where the provider answers with success, and false where it
// says that nothing is there. What it answers with is not read.
func (c *Conn) Exists(ctx context.Context, u *url.URL) (bool, error) {
	resp, err := c.get(context.WithValue(ctx, unread{}, true), u)
	if IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, resp.Body.Close()
}

// unread marks requests of which only the status counts.
type unread struct{}

func (c *Conn) get(ctx context.Context, u *url.URL) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, c.Err(err)
	}
	req.Header.Set("Accept", "application/json")
	resp, err := c.HTTP().Do(req)
	if err != nil {
		return nil, c.Err(err)
	}
	return resp, nil
}

// isJSON is true for what begins as an object or a list.
func isJSON(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) > 0 && (body[0] == '{' || body[0] == '[')
}
