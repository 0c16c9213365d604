package status

import (
	"errors"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// errUnusable marks what cannot be written however often it is said.
var errUnusable = errors.New("of no use")

// passing says that a write may work later: the API server did not answer, had
// no time, did not accept this hub at the moment, or saw others write the same
// object. Any other answer is about the write itself and will be the same.
func passing(err error) bool {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) {
		return !errors.Is(err, errUnusable)
	}
	switch code := answer.Status().Code; code {
	case http.StatusUnauthorized, http.StatusRequestTimeout, http.StatusConflict, http.StatusTooManyRequests:
		return true
	default:
		return code >= http.StatusInternalServerError
	}
}
