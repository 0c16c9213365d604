package delivery

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// ErrReportSize is returned, besides sending the rest, for an application whose
// status is larger than MaxReportStatus.
var ErrReportSize = errors.New("status is too large to report")

// Report sends a report over the stream's session, in several calls if it is
// large. Session and sequence are written here. When it fails, what it carried
// may or may not have arrived: report it again, statuses are levels.
func (s *Stream) Report(ctx context.Context, report *deliveryv1.ReportRequest) error {
	s.reporting.Lock()
	defer s.reporting.Unlock()
	parts, oversize := splitReport(report)
	for _, part := range parts {
		if err := s.reportPart(ctx, part); err != nil {
			return errors.Join(err, oversize)
		}
	}
	return oversize
}

func (s *Stream) reportPart(ctx context.Context, part *deliveryv1.ReportRequest) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	s.sequence++
	part.Session, part.Sequence = s.session, s.sequence
	response, err := s.client.current().calls.Report(ctx, part)
	if err != nil {
		return fmt.Errorf("report to %s: %w", s.client.options.Endpoint, err)
	}
	s.client.options.Time.observeUnix(response.GetHubTime())
	return nil
}

// splitReport cuts a report into calls of about chunk bytes. Acknowledgements
// and facts ride on the first.
func splitReport(report *deliveryv1.ReportRequest) (parts []*deliveryv1.ReportRequest, oversize error) {
	part := &deliveryv1.ReportRequest{Highest: report.GetHighest(), Acks: report.GetAcks(), Cluster: report.GetCluster()}
	parts = append(parts, part)
	size := proto.Size(part)
	for _, app := range report.GetApplications() {
		if n := len(app.GetStatus()); n > MaxReportStatus {
			oversize = errors.Join(oversize, fmt.Errorf("application %s: %w: %d bytes of at most %d",
				Key(app.GetNamespace(), app.GetName()), ErrReportSize, n, MaxReportStatus))
			continue
		}
		n := proto.Size(app)
		if size+n > chunk && size > 0 {
			part = &deliveryv1.ReportRequest{Highest: report.GetHighest()}
			parts = append(parts, part)
			size = proto.Size(part)
		}
		part.Applications = append(part.Applications, app)
		size += n
	}
	return parts, oversize
}
