package session

import (
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1/deliveryv1connect"
)

// method is what a caller of one method must show.
type method struct {
	// certificate of an agent that is valid now. Without it, calls are limited
	// by remote address.
	certificate bool
	// maxBytes of one message, decompressed.
	maxBytes int
}

// methods is every method that is served. What is not here is refused.
var methods = map[string]method{
	deliveryv1connect.DeliveryEnrollProcedure: {certificate: false, maxBytes: delivery.MaxEnrollMessage},
	deliveryv1connect.DeliveryRenewProcedure:  {certificate: true, maxBytes: delivery.MaxEnrollMessage},
	deliveryv1connect.DeliveryWatchProcedure:  {certificate: true, maxBytes: delivery.MaxMessage},
	deliveryv1connect.DeliveryReportProcedure: {certificate: true, maxBytes: delivery.MaxMessage},
	deliveryv1connect.DeliveryAnswerProcedure: {certificate: true, maxBytes: delivery.MaxAnswerMessage},
}
