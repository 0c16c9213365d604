package apply

import (
	"context"

	"github.com/go-logr/logr"
)

// warnings logs what the API server warns of, at debug level: an unusual
// finalizer name, say, draws one per write.
type warnings struct{ log logr.Logger }

// HandleWarningHeaderWithContext implements rest.WarningHandlerWithContext.
func (w warnings) HandleWarningHeaderWithContext(_ context.Context, code int, _ string, text string) {
	if code == 299 && text != "" {
		w.log.V(1).Info("API server warns", "warning", text)
	}
}
