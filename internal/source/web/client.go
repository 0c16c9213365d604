package web

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/fairlead/fairlead/internal/source"
)

// Options configure a [Client].
type Options struct {
	// Credentials for servers; nil means none.
	Credentials source.Credentials
	Reach       source.Reach
	Limits      source.Limits
	// RootCAs vouch for servers; nil means the system's.
	RootCAs *x509.CertPool
}

// Client is safe for concurrent use.
type Client struct {
	opts      Options
	transport *http.Transport
}

// New returns a Client. Nothing is sent.
func New(opts Options) *Client {
	opts.Limits = opts.Limits.OrDefaults()
	if opts.Credentials == nil {
		opts.Credentials = source.None
	}
	transport := opts.Reach.Transport()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: opts.RootCAs}
	return &Client{opts: opts, transport: transport}
}

// Close ends idle connections. The Client stays usable.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Credential of a URL, or of "oci://registry/path".
func (c *Client) Credential(ctx context.Context, rawURL string) (source.Credential, error) {
	credential, err := c.opts.Credentials.Credential(ctx, rawURL)
	if err != nil {
		return source.Credential{}, fmt.Errorf("%w: find the credential: %w", source.ErrUnavailable, err)
	}
	return credential, nil
}

// Request is one question.
type Request struct {
	// URL to ask, http or https.
	URL string
	// For is the source that the question belongs to: its credential goes to
	// its own origin too, not only below its path. "" means URL.
	For string
	// Pass hands the credential of For to the origin of URL.
	Pass bool
	// Raw asks for the bytes as they are stored, without compression on the
	// way.
	Raw bool
	// ETag and Modified are those of the answer that is held already.
	ETag, Modified string
	// Limit is the most bytes of the answer.
	Limit int64
	// Schemes that a redirect may lead to; none means https and http.
	Schemes []string
}

// Answer is what a server said with status 200 or 304.
type Answer struct {
	Body []byte
	// Unchanged: the server has what the Request's ETag or Modified name.
	// Body is nil.
	Unchanged bool
	// ETag and Modified are to be shown next time.
	ETag, Modified string
}

// Get asks once. Errors wrap one of source's kinds.
func (c *Client) Get(ctx context.Context, r Request) (Answer, error) {
	u, err := parse(r.URL)
	if err != nil {
		return Answer{}, err
	}
	if r.For == "" {
		r.For = r.URL
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", source.ShownURL(r.URL), source.ErrRefused)
	}
	setHeaders(req, r)
	client := &http.Client{Transport: c.RoundTripper(&keys{client: c, request: r, first: u}), CheckRedirect: r.redirect}
	resp, err := client.Do(req)
	if err != nil {
		return Answer{}, fmt.Errorf("get %s: %w", source.ShownURL(r.URL), source.Unreachable(ctx, err))
	}
	defer resp.Body.Close()
	answer, err := read(ctx, resp, r.Limit)
	if err != nil {
		return Answer{}, fmt.Errorf("get %s: %w", source.ShownURL(r.URL), err)
	}
	return answer, nil
}

// parse accepts a URL that may be asked.
func parse(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil: // the parser's error repeats its input
		return nil, fmt.Errorf("URL does not parse: %w", source.ErrRefused)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("URL scheme %q is not one of https, http: %w", u.Scheme, source.ErrRefused)
	case u.Host == "":
		return nil, fmt.Errorf("URL %q names no host: %w", source.ShownURL(raw), source.ErrRefused)
	case u.User != nil:
		return nil, fmt.Errorf("URL for host %q carries user information; put credentials in a Secret instead: %w", u.Host, source.ErrRefused)
	}
	return u, nil
}

func setHeaders(req *http.Request, r Request) {
	req.Header.Set("User-Agent", "fairlead")
	if r.Raw {
		req.Header.Set("Accept-Encoding", "identity")
	}
	if r.ETag != "" {
		req.Header.Set("If-None-Match", r.ETag)
	}
	if r.Modified != "" {
		req.Header.Set("If-Modified-Since", r.Modified)
	}
}

// read takes the answer in, up to limit bytes.
func read(ctx context.Context, resp *http.Response, limit int64) (Answer, error) {
	answer := Answer{ETag: resp.Header.Get("ETag"), Modified: resp.Header.Get("Last-Modified")}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotModified:
		answer.Unchanged = true
		return answer, nil
	default:
		return Answer{}, Status(resp.StatusCode)
	}
	if resp.ContentLength > limit {
		return Answer{}, fmt.Errorf("%d bytes, the limit is %d: %w", resp.ContentLength, limit, source.ErrTooLarge)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return Answer{}, source.Unreachable(ctx, err)
	case int64(len(body)) > limit:
		return Answer{}, fmt.Errorf("more than %d bytes: %w", limit, source.ErrTooLarge)
	}
	answer.Body = body
	return answer, nil
}

// Status is what a code other than success means.
func Status(code int) error {
	switch code {
	case http.StatusNotFound, http.StatusGone:
		return fmt.Errorf("server answered HTTP %d: %w", code, source.ErrNotFound)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: server answered HTTP %d: it wants other credentials", source.ErrDenied, code)
	}
	return fmt.Errorf("%w: server answered HTTP %d", source.ErrUnavailable, code)
}
