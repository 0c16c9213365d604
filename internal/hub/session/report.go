package session

import (
	"context"
	"errors"
	"fmt"

	"connectrpc.com/connect"

	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Report takes what the agent of the caller's open session says.
func (s *Server) Report(ctx context.Context, report *deliveryv1.ReportRequest) (*deliveryv1.ReportResponse, error) {
	err := s.report(ctx, callerOf(ctx), report)
	s.metrics.reports.WithLabelValues(outcome(err)).Inc()
	if err != nil {
		return nil, err
	}
	return &deliveryv1.ReportResponse{HubTime: s.options.Clock().Unix()}, nil
}

func (s *Server) report(ctx context.Context, c caller, report *deliveryv1.ReportRequest) error {
	for _, app := range report.GetApplications() {
		if n := len(app.GetStatus()); n > delivery.MaxReportStatus {
			return connect.NewError(connect.CodeInvalidArgument, fmt.Errorf(
				"status of application %s has %d bytes, at most %d are taken",
				delivery.Key(app.GetNamespace(), app.GetName()), n, delivery.MaxReportStatus))
		}
	}
	own, err := s.registry.report(ctx, c, report)
	if err != nil {
		return asConnect(connect.CodeUnavailable, err)
	}
	if seen := delivery.PositionOf(report.GetHighest()); seen.Compare(own) > 0 {
		s.options.Guard.HigherPosition(ctx, c.identity.Cluster, seen, own)
	}
	return nil
}

// asConnect gives an error a code unless it has one.
func asConnect(code connect.Code, err error) error {
	if coded := new(connect.Error); errors.As(err, &coded) {
		return err
	}
	return connect.NewError(code, err)
}

// outcome is an error as a metric label.
func outcome(err error) string {
	if err == nil {
		return "ok"
	}
	return connect.CodeOf(err).String()
}
