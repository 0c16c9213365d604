package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// OperationOf returns the operation that somebody asked for on an Application,
// nil if there is none. Its id stays the same while the request stands, over
// restarts of the hub too, and differs for the next request: it is made of the
// content and of the time at which the field was last written.
func OperationOf(app *v1alpha1.Application) (*deliveryv1.Operation, error) {
	if app.Operation == nil {
		return nil, nil
	}
	body, err := Canonical(app.Operation)
	if err != nil {
		return nil, fmt.Errorf("operation of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	h := sha256.New()
	h.Write([]byte(app.UID))
	h.Write(body)
	h.Write([]byte(operationWritten(app)))
	return &deliveryv1.Operation{Id: hex.EncodeToString(h.Sum(nil)[:12]), Operation: body}, nil
}

// operationWritten is when a field manager last wrote the operation, or the
// generation where the API server does not say.
func operationWritten(app *v1alpha1.Application) string {
	for _, m := range app.ManagedFields {
		if m.FieldsV1 == nil || m.Time == nil || m.Subresource != "" {
			continue
		}
		raw, err := json.Marshal(m.FieldsV1)
		if err != nil {
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) == nil && fields["f:operation"] != nil {
			return strconv.FormatInt(m.Time.Unix(), 10)
		}
	}
	return strconv.FormatInt(app.Generation, 10)
}
