package session

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1/deliveryv1connect"
)

const (
	// stopTimeout is how long streams have to end in order.
	stopTimeout = 400 * time.Millisecond
	// defaultCoalesce and defaultRecheck stand in for zero options.
	defaultCoalesce = 50 * time.Millisecond
	defaultRecheck  = 5 * time.Second
)

// Options of a Server. All but the durations are required.
type Options struct {
	// Fleet is the ID that agents' certificates carry.
	Fleet string
	// CAs that issue agents' certificates.
	CAs *x509.CertPool
	// Certificate of the endpoint, with the CA behind the leaf.
	Certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

	Desired   Desired
	Sink      Sink
	Authority Authority
	Guard     Guard

	// Clock is time.Now but for tests.
	Clock      func() time.Time
	Logger     logr.Logger
	Registerer prometheus.Registerer

	// Coalesce is how long changes are gathered before a delta; 50 ms if zero.
	Coalesce time.Duration
	// Recheck is how often open sessions are checked for a certificate that has
	// expired or an identity that was revoked; 5 s if zero.
	Recheck time.Duration
}

// Server is the hub's delivery endpoint.
type Server struct {
	options  Options
	log      logr.Logger
	registry *registry
	limit    *addressLimit
	metrics  metrics
}

var _ deliveryv1connect.DeliveryHandler = (*Server)(nil)

// New makes a server that does not listen yet.
func New(o Options) (*Server, error) {
	switch {
	case o.Fleet == "" || o.CAs == nil || o.Certificate == nil:
		return nil, errors.New("delivery server: fleet, CAs and certificate are required")
	case o.Desired == nil || o.Sink == nil || o.Authority == nil || o.Guard == nil:
		return nil, errors.New("delivery server: desired, sink, authority and guard are required")
	case o.Clock == nil || o.Registerer == nil:
		return nil, errors.New("delivery server: clock and registerer are required")
	}
	if o.Coalesce == 0 {
		o.Coalesce = defaultCoalesce
	}
	if o.Recheck == 0 {
		o.Recheck = defaultRecheck
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, err
	}
	return &Server{
		options:  o,
		log:      o.Logger,
		registry: newRegistry(o.Sink, o.Clock),
		limit:    newAddressLimit(o.Clock),
		metrics:  m,
	}, nil
}

// Serve accepts agents until ctx ends and then ends every stream, within a
// second. It closes the listener.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	base, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(nil)
	server := s.httpServer(base)
	failed := make(chan error, 1)
	go func() { failed <- server.ServeTLS(listener, "", "") }()

	recheck := time.NewTicker(s.options.Recheck)
	defer recheck.Stop()
	for {
		select {
		case err := <-failed:
			return fmt.Errorf("serve delivery on %s: %w", listener.Addr(), err)
		case <-recheck.C:
			s.recheck()
		case <-ctx.Done():
			end(errStopping)
			return s.stop(server, failed)
		}
	}
}

func (s *Server) stop(server *http.Server, failed <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		s.log.V(1).Info("closing connections that did not end in time")
		_ = server.Close() // nothing is left to say to them
	}
	<-failed
	return nil
}

func (s *Server) httpServer(base context.Context) *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	return &http.Server{
		Handler:           s.handler(),
		TLSConfig:         delivery.ServerTLS(s.options.Certificate),
		ReadHeaderTimeout: 10 * time.Second, // handshakes, too
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		Protocols:         protocols,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: 16,
			SendPingTimeout:      delivery.HubPingAfter,
			PingTimeout:          delivery.PingTimeout,
			WriteByteTimeout:     delivery.HubPingAfter,
		},
		BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog:    stdlog.New(connectionLog{s.log}, "", 0),
	}
}

// handler is the gate and, behind it, the methods.
func (s *Server) handler() http.Handler {
	path, calls := deliveryv1connect.NewDeliveryHandler(s,
		connect.WithConditionalHandlerOptions(func(spec connect.Spec) []connect.HandlerOption {
			return []connect.HandlerOption{connect.WithReadMaxBytes(methods[spec.Procedure].maxBytes)}
		}),
		connect.WithSendMaxBytes(delivery.MaxMessage),
		connect.WithCompressMinBytes(1<<10),
		connect.WithRecover(func(_ context.Context, spec connect.Spec, _ http.Header, p any) error {
			s.log.Error(fmt.Errorf("%v", p), "panic while serving an agent", "method", spec.Procedure)
			return connect.NewError(connect.CodeInternal, errors.New("hub failed on this call; its log says more"))
		}),
	)
	mux := http.NewServeMux()
	mux.Handle(path, calls)
	return s.gate(mux)
}

// recheck ends sessions whose certificate or identity is no longer good.
func (s *Server) recheck() {
	now := s.options.Clock()
	s.registry.each(func(open *session) {
		id := open.info.Identity
		switch {
		case now.After(open.expires):
			open.end(errRunOut)
		case !s.options.Authority.IdentityValid(id.Cluster, id.UID):
			open.end(errRevoked(id))
		}
	})
}

// Sessions lists the open ones, by cluster name.
func (s *Server) Sessions() []Info {
	var infos []Info
	s.registry.each(func(open *session) { infos = append(infos, open.info) })
	return infos
}

// Disconnect ends a cluster's session, if one is open, because its enrolment
// was revoked. The agent's next call is refused by Authority.IdentityValid.
func (s *Server) Disconnect(cluster string) {
	s.registry.each(func(open *session) {
		if open.info.Identity.Cluster == cluster {
			open.end(errRevoked(open.info.Identity))
		}
	})
}

// connectionLog passes on what net/http says of connections: mostly strangers
// that do not finish a handshake.
type connectionLog struct{ log logr.Logger }

func (l connectionLog) Write(line []byte) (int, error) {
	l.log.V(1).Info("connection", "message", string(line))
	return len(line), nil
}
