package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// OperationOf returns the operation that somebody asked for on an Application,
// nil if there is none. Its id stays the same while the request stands, over
// restarts of the hub too, and differs for the next request: it is made of the
// content and of the time at which the field was last written.
//
// That time is the API server's, of whole seconds, and of a field manager
// rather than a field. So two requests of equal content within one second are
// one, unless they tell themselves apart, as those of `fairlead sync` do by an
// info of their own. And a manager that goes on to change which other fields it
// sets, while its request stands, makes it a new one: a sync may run twice.
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

// AbortOf is the id of the running operation that somebody wants to end before
// it is done, as Argo CD's tools do by the phase Terminating; "" for none.
func AbortOf(app *v1alpha1.Application) string {
	s := app.Status.OperationState
	if s == nil || s.Phase != v1alpha1.OperationTerminating {
		return ""
	}
	return RunningID(s)
}

// RunningID names an operation that has begun, whoever asked for it. An
// Application has one at a time.
func RunningID(s *v1alpha1.OperationState) string { return s.StartedAt.UTC().Format(time.RFC3339) }

// operationWritten is when a field manager last wrote the operation or a part
// of it, or the generation where the API server does not say.
func operationWritten(app *v1alpha1.Application) string {
	var newest *metav1.Time
	for _, m := range app.ManagedFields {
		if m.Time != nil && (newest == nil || newest.Before(m.Time)) && managesOperation(m) {
			newest = m.Time
		}
	}
	if newest == nil {
		return strconv.FormatInt(app.Generation, 10)
	}
	return strconv.FormatInt(newest.Unix(), 10)
}

func managesOperation(m metav1.ManagedFieldsEntry) bool {
	if m.FieldsV1 == nil || m.Subresource != "" {
		return false
	}
	raw, err := json.Marshal(m.FieldsV1)
	if err != nil {
		return false
	}
	var fields map[string]json.RawMessage
	return json.Unmarshal(raw, &fields) == nil && fields["f:operation"] != nil
}
