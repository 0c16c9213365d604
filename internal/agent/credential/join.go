package credential

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"connectrpc.com/connect"
	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// ErrToken is a token that will never work, however often it is tried.
var ErrToken = errors.New("join token refused")

// JoinOptions are what a new agent knows.
type JoinOptions struct {
	// Token as it stands on the command line.
	Token string
	// Dir is the data directory; made if missing.
	Dir string
	// Version of the agent.
	Version string
	Time    *delivery.AgentTime
	// Proxy may be nil.
	Proxy  delivery.ProxyFunc
	Logger logr.Logger
	// Wait before attempt n, counted from 0, when the hub cannot be reached.
	Wait func(n int) time.Duration
}

// Join makes an identity from a token, or returns the one that is there if it
// is of the same hub. It waits for a hub that cannot be reached; a token that
// the hub refuses is ErrToken at once.
func Join(ctx context.Context, o JoinOptions) (*File, error) {
	token, err := identity.ParseJoinToken(o.Token)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrToken, err)
	}
	held, err := Load(o.Dir)
	if err != nil {
		return nil, err
	}
	if held != nil {
		return keepHeld(held, token, o)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	return enroll(ctx, token, o)
}

func keepHeld(held *File, token identity.JoinToken, o JoinOptions) (*File, error) {
	if !held.belongsTo(token) {
		return nil, fmt.Errorf("%w: data directory %s belongs to cluster %s of another hub (%s): give this agent an empty data directory to join %s",
			ErrToken, o.Dir, held.Cluster(), held.Endpoint(), token.Endpoint)
	}
	o.Logger.Info("this agent has joined already; the join token is not used", "cluster", held.Cluster(), "hub", held.Endpoint())
	return held, nil
}

// enroll asks until the hub answers. The key stays the same over attempts.
func enroll(ctx context.Context, token identity.JoinToken, o JoinOptions) (*File, error) {
	key, err := delivery.NewKey()
	if err != nil {
		return nil, err
	}
	request, err := key.Request()
	if err != nil {
		return nil, err
	}
	for n := 0; ; n++ {
		response, err := delivery.Enroll(ctx, delivery.EnrollOptions{
			Token: token, Request: request, Version: o.Version, Time: o.Time, Proxy: o.Proxy,
		})
		switch {
		case err == nil:
			return keepNew(key, response, token, o)
		case terminal(err):
			return nil, fmt.Errorf("%w: %w: make a new one at the hub with \"fairlead cluster add\"", ErrToken, err)
		}
		wait := o.Wait(n)
		o.Logger.Info("the hub cannot be reached to join; trying again", "hub", token.Endpoint, "reason", err.Error(), "in", wait.String())
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

func keepNew(key delivery.PrivateKey, r *deliveryv1.EnrollResponse, token identity.JoinToken, o JoinOptions) (*File, error) {
	f := &File{
		path: filepath.Join(o.Dir, fileName),
		held: content{Endpoint: token.Endpoint, Fleet: r.GetFleetId(), Cluster: r.GetCluster()},
	}
	if err := f.keep(key, r.GetCertificate(), r.GetCa()); err != nil {
		return nil, err
	}
	o.Logger.Info("joined the fleet", "cluster", f.Cluster(), "hub", f.Endpoint())
	return f, nil
}

// terminal tells a refusal from a hub that is away.
func terminal(err error) bool {
	if errors.Is(err, delivery.ErrPin) {
		return true
	}
	switch connect.CodeOf(err) {
	case connect.CodePermissionDenied, connect.CodeUnauthenticated, connect.CodeInvalidArgument,
		connect.CodeNotFound, connect.CodeAlreadyExists, connect.CodeFailedPrecondition, connect.CodeUnimplemented:
		return true
	}
	return false
}
