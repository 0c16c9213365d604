package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/identity"
)

// caller is what is known of the other side before its message is read.
type caller struct {
	// identity from the verified certificate; zero for Enroll.
	identity identity.Identity
	// expires is the certificate's end.
	expires time.Time
	remote  string
	// response is where the answer goes, for its deadlines.
	response *http.ResponseController
}

type callerKey struct{}

// callerOf is never without a caller behind the gate.
func callerOf(ctx context.Context) caller { return ctx.Value(callerKey{}).(caller) }

// gate lets only calls through that the table of methods allows, and hands the
// caller on. It reads no body.
func (s *Server) gate(next http.Handler) http.Handler {
	refuse := connect.NewErrorWriter()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := s.admit(r)
		if err != nil {
			s.metrics.refused.WithLabelValues(connect.CodeOf(err).String()).Inc()
			s.log.V(1).Info("refused a call", "method", r.URL.Path, "remote", r.RemoteAddr, "reason", err.Error())
			if refuse.IsSupported(r) {
				_ = refuse.Write(w, r, err) // the caller hung up
			} else {
				http.Error(w, "not served", http.StatusNotFound)
			}
			return
		}
		c.response = http.NewResponseController(w)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), callerKey{}, c)))
	})
}

func (s *Server) admit(r *http.Request) (caller, error) {
	m, served := methods[r.URL.Path]
	if !served {
		return caller{}, connect.NewError(connect.CodePermissionDenied, errors.New("no such method"))
	}
	if r.TLS == nil {
		return caller{}, connect.NewError(connect.CodePermissionDenied, errors.New("only served over TLS"))
	}
	if !m.certificate {
		if !s.limit.allow(r.RemoteAddr) {
			return caller{}, connect.NewError(connect.CodeResourceExhausted,
				errors.New("too many attempts from this address; try again in a minute"))
		}
		return caller{remote: r.RemoteAddr}, nil
	}
	id, err := delivery.VerifyClient(r.TLS.PeerCertificates, s.options.CAs, s.options.Fleet, s.options.Clock())
	if err != nil {
		return caller{}, connect.NewError(connect.CodeUnauthenticated, err)
	}
	if !s.options.Authority.IdentityValid(id.Cluster, id.UID) {
		return caller{}, errRevoked(id)
	}
	return caller{identity: id, expires: r.TLS.PeerCertificates[0].NotAfter, remote: r.RemoteAddr}, nil
}

func errRevoked(id identity.Identity) error {
	return connect.NewError(connect.CodePermissionDenied, fmt.Errorf(
		"this enrolment of cluster %s is no longer valid: another one replaced it, or it was revoked; to enrol again: fairlead cluster token %s",
		id.Cluster, id.Cluster))
}
