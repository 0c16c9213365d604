package delivery

import (
	"context"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// callTimeout bounds every call but Watch.
const callTimeout = 30 * time.Second

// EnrollOptions are what a new agent knows.
type EnrollOptions struct {
	Token identity.JoinToken
	// Request is PrivateKey.Request.
	Request []byte
	Version string
	Time    *AgentTime
	// Proxy may be nil.
	Proxy ProxyFunc
}

// Enroll trades a join token for a certificate. The token is sent only after
// the hub has shown the pinned CA; ErrPin means that it was not sent.
func Enroll(ctx context.Context, o EnrollOptions) (*deliveryv1.EnrollResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	l := newLink(o.Token.Endpoint, joinTLS(o.Token.Pin, o.Time.Now), o.Proxy)
	defer l.close()
	response, err := l.calls.Enroll(ctx, &deliveryv1.EnrollRequest{
		Token:        o.Token.Credential(),
		Csr:          o.Request,
		AgentVersion: o.Version,
	})
	if err != nil {
		return nil, fmt.Errorf("enrol at %s: %w", o.Token.Endpoint, err)
	}
	if err := checkCA(response.GetCa(), o.Token.Pin); err != nil {
		return nil, fmt.Errorf("enrol at %s: %w", o.Token.Endpoint, err)
	}
	o.Time.observeUnix(response.GetHubTime())
	return response, nil
}

// checkCA refuses a CA bundle that lacks the pinned key.
func checkCA(bundle []byte, pin identity.Pin) error {
	cas, err := ParseCertificates(bundle)
	if err != nil {
		return fmt.Errorf("read the hub's CA: %w", err)
	}
	for _, ca := range cas {
		if pin.Matches(ca) {
			return nil
		}
	}
	return ErrPin
}
