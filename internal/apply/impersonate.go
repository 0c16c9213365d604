package apply

import (
	"fmt"
	"net/http"
	"sync"

	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/transport"
)

// accounts are the engines that impersonate, by user.
type accounts struct {
	cfg *rest.Config

	mu     sync.Mutex
	byUser map[string]*Engine
}

// As is the engine whose writes, dry runs among them, another user makes. It
// reads as itself: what may be seen is the caller's to say. Kinds and
// connections are shared; the same user gives the same engine.
//
// Source: https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
func (e *Engine) As(user string) (*Engine, error) {
	e.accounts.mu.Lock()
	defer e.accounts.mu.Unlock()
	if as := e.accounts.byUser[user]; as != nil {
		return as, nil
	}
	cfg := rest.CopyConfig(e.accounts.cfg)
	cfg.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return &writesAs{own: next, other: transport.NewImpersonatingRoundTripper(transport.ImpersonationConfig{UserName: user}, next)}
	})
	client, err := dynamic.NewForConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("make client of %s for %s: %w", user, cfg.Host, err)
	}
	as := *e
	as.client = client
	e.accounts.byUser[user] = &as
	return &as, nil
}

// writesAs sends what changes something as another user.
type writesAs struct{ own, other http.RoundTripper }

func (w *writesAs) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet || req.Method == http.MethodHead {
		return w.own.RoundTrip(req)
	}
	return w.other.RoundTrip(req)
}
