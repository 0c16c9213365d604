package session

import (
	"context"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Enroll lets the bearer of a join token in.
func (s *Server) Enroll(ctx context.Context, request *deliveryv1.EnrollRequest) (*deliveryv1.EnrollResponse, error) {
	remote := callerOf(ctx).remote
	enrolled, err := s.options.Authority.Enroll(ctx, request.GetToken(), request.GetCsr())
	if err != nil {
		err = asConnect(connect.CodePermissionDenied, err)
	}
	s.metrics.enrolments.WithLabelValues(outcome(err)).Inc()
	if err != nil {
		s.log.Info("refused an enrolment", "remote", remote, "reason", err.Error())
		return nil, err
	}
	s.log.Info("enrolled an agent", "cluster", enrolled.Identity.Cluster, "identity", enrolled.Identity.UID,
		"remote", remote, "version", request.GetAgentVersion())
	return &deliveryv1.EnrollResponse{
		Certificate: enrolled.Certificate,
		Ca:          enrolled.CA,
		Cluster:     enrolled.Identity.Cluster,
		FleetId:     s.options.Fleet,
		HubTime:     s.options.Clock().Unix(),
	}, nil
}

// Renew gives the caller a fresh certificate for the identity that it has.
func (s *Server) Renew(ctx context.Context, request *deliveryv1.RenewRequest) (*deliveryv1.RenewResponse, error) {
	c := callerOf(ctx)
	renewed, err := s.options.Authority.Renew(ctx, c.identity, request.GetCsr())
	if err != nil {
		s.log.Info("refused a renewal", "cluster", c.identity.Cluster, "reason", err.Error())
		return nil, asConnect(connect.CodeInvalidArgument, err)
	}
	return &deliveryv1.RenewResponse{
		Certificate: renewed.Certificate,
		Ca:          renewed.CA,
		HubTime:     s.options.Clock().Unix(),
	}, nil
}
