package forge

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"github.com/fairlead/fairlead/internal/inputs/address"
)

// refuse says why an address must not be dialled, or nil. Private networks are
// where many providers stand, so they are not refused.
func refuse(ip netip.Addr) error {
	if address.Own(ip) {
		return fmt.Errorf("refused to dial %s: api must not be an address of this machine, of its link or of a cloud's metadata service", ip)
	}
	return nil
}

// refuseDial is asked after names were resolved, so a name cannot hide an
// address.
func refuseDial(_, dialled string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(dialled)
	if err != nil {
		return fmt.Errorf("refused to dial: %w", err)
	}
	return refuse(at.Addr())
}

// refuseURL looks at addresses written as such, which a proxy would dial.
func refuseURL(u *url.URL) error {
	if ip, written := address.InURL(u); written {
		return refuse(ip)
	}
	return nil
}

// Base reads the address of a provider's API. Only http and https are known,
// and credentials in it are refused: addresses end in logs and statuses.
func Base(api string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(api))
	switch {
	case err != nil:
		return nil, errors.New("api is not a valid address: write one like https://git.example.com")
	case u.User != nil:
		return nil, errors.New("api must not contain a user or password: refer to a Secret instead")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, errors.New("api must begin with https:// or http:// and name a host")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("api must not have a query or fragment")
	}
	return u, nil
}

// HostPort is where an address is dialled.
func HostPort(u *url.URL) string {
	port := cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
	return net.JoinHostPort(u.Hostname(), port)
}

// Plain checks a name that becomes a part of an address' path as it is.
func Plain(field, name string) error {
	if err := Name(field, name); err != nil {
		return err
	}
	if url.PathEscape(name) != name {
		return fmt.Errorf("%s %q has characters that no name at the provider has", field, name)
	}
	return nil
}

// Name checks a name that the caller escapes.
func Name(field, name string) error {
	if name == "" || name == "." || name == ".." {
		return fmt.Errorf("%s %q is not a name: name one that the provider has", field, name)
	}
	return nil
}

// Path escapes a path inside a repository, part by part. One that leads outside
// is an error.
func Path(path string) (string, error) {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, part := range parts {
		if part == "." || part == ".." {
			return "", fmt.Errorf("path %q must not contain %q", path, part)
		}
		parts[i] = url.PathEscape(part)
	}
	return strings.Join(parts, "/"), nil
}
