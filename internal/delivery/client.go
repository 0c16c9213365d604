package delivery

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// ClientOptions are what an enrolled agent knows.
type ClientOptions struct {
	// Endpoint is https://HOST[:PORT].
	Endpoint string
	// CA is the PEM bundle of the last EnrollResponse or RenewResponse.
	CA []byte
	// Certificate of the agent, with its key.
	Certificate tls.Certificate
	// Version of the agent.
	Version string
	Time    *AgentTime
	// Proxy may be nil.
	Proxy ProxyFunc
}

// Client is an agent's end of the wire. Safe for concurrent use.
type Client struct {
	options ClientOptions

	mu   sync.Mutex
	link *link
}

// NewClient dials nothing yet.
func NewClient(o ClientOptions) (*Client, error) {
	if err := identity.CheckEndpoint(o.Endpoint); err != nil {
		return nil, fmt.Errorf("delivery client: %w", err)
	}
	c := &Client{options: o}
	if err := c.Use(o.Certificate, o.CA); err != nil {
		return nil, err
	}
	return c, nil
}

// Use presents another certificate from the next call on, and trusts this CA
// bundle. A stream that is open stays on its connection until it ends, which
// the hub sees to when the old certificate expires.
func (c *Client) Use(certificate tls.Certificate, ca []byte) error {
	cas, err := Pool(ca)
	if err != nil {
		return fmt.Errorf("delivery client: read the hub's CA: %w", err)
	}
	next := newLink(c.options.Endpoint, ClientTLS(cas, certificate, c.options.Time.Now), c.options.Proxy)
	c.mu.Lock()
	last := c.link
	c.link = next
	c.mu.Unlock()
	if last != nil {
		last.close()
	}
	return nil
}

// Close gives up idle connections. Streams end by their context.
func (c *Client) Close() { c.current().close() }

func (c *Client) current() *link {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link
}

// Renew trades a certificate request for a fresh certificate of the same
// cluster. The caller keeps it and then calls Use.
func (c *Client) Renew(ctx context.Context, request []byte) (*deliveryv1.RenewResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	response, err := c.current().calls.Renew(ctx, &deliveryv1.RenewRequest{Csr: request})
	if err != nil {
		return nil, fmt.Errorf("renew certificate at %s: %w", c.options.Endpoint, err)
	}
	c.options.Time.observeUnix(response.GetHubTime())
	return response, nil
}

// Refused says whether the hub answered that it does not accept this agent's
// certificate: renew it, or enrol again. Anything else is worth a retry.
func Refused(err error) bool {
	code := connect.CodeOf(err)
	return code == connect.CodeUnauthenticated || code == connect.CodePermissionDenied
}
