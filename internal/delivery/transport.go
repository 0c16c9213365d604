package delivery

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1/deliveryv1connect"
)

// ProxyFunc chooses a proxy for a request, as http.ProxyFromEnvironment does.
type ProxyFunc func(*http.Request) (*url.URL, error)

// link is a pool of connections that present one certificate, and the calls
// over it.
type link struct {
	transport *http.Transport
	calls     deliveryv1connect.DeliveryClient
}

func newLink(endpoint string, config *tls.Config, proxy ProxyFunc) *link {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	transport := &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: -1}).DialContext,
		TLSClientConfig:     config,
		TLSHandshakeTimeout: 10 * time.Second,
		Protocols:           protocols,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout:  PingAfter,
			PingTimeout:      PingTimeout,
			WriteByteTimeout: PingAfter,
		},
	}
	return &link{
		transport: transport,
		calls: deliveryv1connect.NewDeliveryClient(
			&http.Client{Transport: transport, CheckRedirect: refuseRedirect}, endpoint,
			connect.WithReadMaxBytes(MaxMessage),
			connect.WithSendMaxBytes(MaxMessage),
			connect.WithSendGzip(),
			connect.WithCompressMinBytes(compressFrom),
		),
	}
}

// refuseRedirect: a hub never redirects, and a token must not follow one.
func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (l *link) close() { l.transport.CloseIdleConnections() }
