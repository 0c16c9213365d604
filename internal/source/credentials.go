package source

import (
	"context"
	"net/url"
	"path"
	"strings"
)

// Credential opens one place. Its zero value means anonymous. It prints as
// what it is, never as what it holds.
type Credential struct {
	// Username and Password, for basic authentication or to get a registry's
	// token with.
	Username, Password string
	// Bearer is a token. It wins over Username and Password.
	Bearer string
	// PlainHTTP speaks HTTP to an OCI registry, whose URL does not say.
	PlainHTTP bool
}

// Anonymous is true where there is nothing to show.
func (c Credential) Anonymous() bool { return c.Username == "" && c.Password == "" && c.Bearer == "" }

// String hides the values.
func (c Credential) String() string {
	if c.Anonymous() {
		return "no credential"
	}
	return "a credential"
}

// GoString hides the values from %#v.
func (c Credential) GoString() string { return c.String() }

// Credentials finds the credential of a URL. An implementation decides by the
// prefixes that it was given; [Prefixes] is the simplest. OCI registries are
// asked for as "oci://registry/path".
type Credentials interface {
	// Credential returns the zero value where none is kept for rawURL. Errors
	// must not contain secrets.
	Credential(ctx context.Context, rawURL string) (Credential, error)
}

// Prefixes maps the beginnings of URLs to credentials; the longest that fits
// wins. A beginning ends at a path's boundary: "https://h/team" fits
// "https://h/team/a" and not "https://h/teams". One without a scheme belongs
// to an OCI registry.
type Prefixes map[string]Credential

// Credential implements [Credentials].
func (p Prefixes) Credential(_ context.Context, rawURL string) (Credential, error) {
	var best Credential
	length := -1
	for prefix, credential := range p {
		if n, ok := covers(prefix, rawURL); ok && n > length {
			best, length = credential, n
		}
	}
	return best, nil
}

// covers reports whether rawURL lies below prefix, and how long the path of
// prefix is. URLs that do not parse lie nowhere.
func covers(prefix, rawURL string) (length int, ok bool) {
	if !strings.Contains(prefix, "://") {
		prefix = "oci://" + prefix
	}
	p, err := url.Parse(prefix)
	if err != nil || p.Host == "" {
		return 0, false
	}
	u, err := url.Parse(rawURL)
	if err != nil || !SameOrigin(p, u) {
		return 0, false
	}
	// What a server makes of "/team/../other" is its own affair, so the
	// credential goes by what the path means.
	base, at := path.Clean("/"+p.Path), path.Clean("/"+u.Path)
	if base == "/" {
		return 0, true
	}
	return len(base), at == base || strings.HasPrefix(at, base+"/")
}

// SameOrigin is true for URLs of one scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	switch strings.ToLower(u.Scheme) {
	case "http":
		return "80"
	case "https", "oci":
		return "443"
	}
	return ""
}

// None is the Credentials of those who have none.
var None Credentials = Prefixes(nil)

// ShownURL is rawURL as errors and logs may repeat it: without user
// information, query and fragment, which can hold tokens.
func ShownURL(rawURL string) string {
	if !strings.Contains(rawURL, "://") {
		return withoutUser(rawURL) // a registry, or Git's short form
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return "a URL that does not parse"
	}
	hidden := u.RawQuery != "" || u.Fragment != ""
	u.User, u.RawQuery, u.Fragment, u.RawFragment = nil, "", "", ""
	if hidden {
		return u.String() + "?..."
	}
	return u.String()
}
