package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/fairlead/fairlead/internal/inputs/address"
)

// newClient dials plugins themselves and never a proxy: behind one, the address
// that a name leads to could not be judged.
func newClient(opts Options) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if !opts.AllowLoopback {
		dialer.Control = refuseOwn
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            judged(dialer.DialContext, opts.Reach),
			ForceAttemptHTTP2:      true,
			TLSHandshakeTimeout:    10 * time.Second,
			IdleConnTimeout:        30 * time.Second,
			MaxIdleConnsPerHost:    4,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: staysThere,
	}
}

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// judged dials what reach allows; nil allows every address.
func judged(next dial, reach func(host string) error) dial {
	if reach == nil {
		return next
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if err := reach(address); err != nil {
			return nil, err
		}
		return next(ctx, network, address)
	}
}

// staysThere follows redirects to the same scheme and host alone, because the
// token goes with them.
func staysThere(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		return fmt.Errorf("redirects to another address, %s://%s: set baseUrl to it", req.URL.Scheme, req.URL.Host)
	}
	if len(via) >= 5 {
		return errors.New("redirects more than 5 times")
	}
	return nil
}

// refuseOwn looks at what a name resolved to, right before it is dialled.
func refuseOwn(_, dialled string, _ syscall.RawConn) error {
	where, err := netip.ParseAddrPort(dialled)
	if err != nil {
		return fmt.Errorf("dial %s: %w", dialled, err)
	}
	if address.Own(where.Addr()) {
		return fmt.Errorf("%s is this machine, a link-local address or a cloud's metadata service: not allowed for a plugin", where.Addr())
	}
	return nil
}
