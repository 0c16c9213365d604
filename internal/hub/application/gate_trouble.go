package application

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
)

// trouble begins the reason of a hold that ends by itself, once the ledger can
// be read and written again and the deletion has been judged.
const trouble = "the deletion cannot be judged: "

// withhold turns the rulings on what waits into such as need no ledger: only
// what is excused passes, and everybody else is told why. Those rulings are not
// final, and err is returned to try again, except in a control namespace that is
// being deleted: its ledger never comes back, so a person decides.
func withhold(w world, decided map[types.UID]ruling, err error) (map[types.UID]ruling, error) {
	final := apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)
	out := map[types.UID]ruling{}
	var again error
	for _, app := range slices.Concat(w.apps, w.nowhere) {
		switch judged := decided[app.UID]; {
		case !w.waiting[app.UID]:
		case excused(app):
			out[app.UID] = ruling{pass: true}
		case !final:
			out[app.UID] = ruling{why: trouble + err.Error(), unjudged: true}
			again = err
		case judged.why != "":
			out[app.UID] = judged
		default:
			out[app.UID] = ruling{why: "the control namespace is being deleted and no loss can be recorded"}
		}
	}
	return out, again
}
