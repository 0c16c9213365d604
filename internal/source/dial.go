package source

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"
	"time"

	"github.com/fairlead/fairlead/internal/inputs/address"
)

// Reach says which addresses a source may lead this process to. Whoever writes
// an Application names hosts that the hub or an agent then dials; the services
// of a cloud's machines, of the local link and of this machine answer to the
// machine and not to the author.
type Reach struct {
	// Loopback lets sources live on this machine.
	Loopback bool
}

// refuse says why an address must not be dialled, or nil.
func (r Reach) refuse(ip netip.Addr) error {
	if r.Loopback && ip.Unmap().IsLoopback() || !address.Own(ip) {
		return nil
	}
	return fmt.Errorf("%s is an address of this machine, of its link or of a cloud's metadata service: %w", ip, ErrRefused)
}

// Check looks at an address written as such in a URL, which a proxy would dial.
// Names are looked at when they are dialled, so that none can hide an address.
func (r Reach) Check(u *url.URL) error {
	if ip, written := address.InURL(u); written {
		return r.refuse(ip)
	}
	return nil
}

// Transport is a way to HTTP servers within reach. A proxy that the environment
// names may stand anywhere.
func (r Reach) Transport() *http.Transport {
	open := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	guarded := *open
	guarded.Control = func(_, dialled string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(dialled)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrRefused, err)
		}
		return r.refuse(at.Addr())
	}
	proxies := address.Proxies(http.ProxyFromEnvironment)
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
			if slices.Contains(proxies, to) {
				return open.DialContext(ctx, network, to)
			}
			return guarded.DialContext(ctx, network, to)
		},
		TLSHandshakeTimeout:    30 * time.Second,
		ResponseHeaderTimeout:  time.Minute,
		MaxResponseHeaderBytes: 256 << 10,
		IdleConnTimeout:        30 * time.Second,
		ForceAttemptHTTP2:      true,
	}
}
