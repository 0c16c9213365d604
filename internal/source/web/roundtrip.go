package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/source"
)

// maxRedirects: a moved file takes one, a moved host another, a store of
// objects a third.
const maxRedirects = 5

// Redirect is the http.Client.CheckRedirect of every client here.
func Redirect(req *http.Request, via []*http.Request) error {
	from := via[len(via)-1].URL
	switch {
	case len(via) > maxRedirects:
		return fmt.Errorf("more than %d redirects: %w", maxRedirects, source.ErrRefused)
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return fmt.Errorf("redirect to scheme %q: %w", req.URL.Scheme, source.ErrRefused)
	case from.Scheme == "https" && req.URL.Scheme != "https":
		return fmt.Errorf("redirect from https to http: %w", source.ErrRefused)
	case req.URL.User != nil:
		return fmt.Errorf("redirect to a URL with user information: %w", source.ErrRefused)
	}
	// Where one came from can hold a token in its query.
	req.Header.Del("Referer")
	return nil
}

// redirect is Redirect that stays with the schemes of a Request.
func (r Request) redirect(req *http.Request, via []*http.Request) error {
	if len(r.Schemes) > 0 && !slices.Contains(r.Schemes, req.URL.Scheme) {
		return fmt.Errorf("redirect to scheme %q: %w", req.URL.Scheme, source.ErrRefused)
	}
	return Redirect(req, via)
}

// Authorizer says what a request is to carry, by its own URL.
type Authorizer interface {
	// Authorize returns the zero value for nothing.
	Authorize(ctx context.Context, u *url.URL) (source.Credential, error)
}

// RoundTripper sends requests within reach. a may be nil.
func (c *Client) RoundTripper(a Authorizer) http.RoundTripper { return &roundTripper{c, a} }

type roundTripper struct {
	client *Client
	keys   Authorizer
}

// RoundTrip implements http.RoundTripper. It puts credentials on a copy, so
// that net/http does not take them along when it follows a redirect.
func (t *roundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.client.opts.Reach.Check(req.URL); err != nil {
		return nil, err
	}
	if t.keys == nil {
		return t.client.transport.RoundTrip(req)
	}
	credential, err := t.keys.Authorize(req.Context(), req.URL)
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	switch {
	case credential.Bearer != "":
		req.Header.Set("Authorization", "Bearer "+credential.Bearer)
	case !credential.Anonymous():
		req.SetBasicAuth(credential.Username, credential.Password)
	}
	return t.client.transport.RoundTrip(req)
}

// keys authorizes the hops of one Request.
type keys struct {
	client  *Client
	request Request
	first   *url.URL
}

// Authorize implements [Authorizer]: the credential whose prefix covers u, else
// that of the source where u has its origin.
func (k *keys) Authorize(ctx context.Context, u *url.URL) (source.Credential, error) {
	credential, err := k.client.Credential(ctx, u.String())
	if err != nil || !credential.Anonymous() {
		return credential, err
	}
	home, err := url.Parse(k.request.For)
	if err != nil {
		return source.Credential{}, nil
	}
	if source.SameOrigin(home, u) || k.request.Pass && source.SameOrigin(k.first, u) {
		return k.client.Credential(ctx, k.request.For)
	}
	return source.Credential{}, nil
}

// Join is the URL of ref, an absolute URL or one relative to the folder base.
// The query of base goes along, as with Helm, because some servers authorize
// by it; but only to base's own origin.
func Join(base, ref string) (string, error) {
	b, err := parse(base)
	if err != nil {
		return "", err
	}
	r, err := url.Parse(ref)
	if err != nil {
		return "", fmt.Errorf("URL does not parse: %w", source.ErrRefused)
	}
	folder := *b
	if !strings.HasSuffix(folder.Path, "/") {
		folder.Path += "/"
		if folder.RawPath != "" {
			folder.RawPath += "/"
		}
	}
	joined := folder.ResolveReference(r)
	if joined.RawQuery == "" && source.SameOrigin(b, joined) {
		joined.RawQuery = b.RawQuery
	}
	return joined.String(), nil
}
