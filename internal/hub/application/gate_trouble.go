package application

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// trouble begins the reason of a hold that ends by itself, once the ledger can
// be read and written again and the deletion has been judged.
const trouble = "the deletion cannot be judged: "

// withhold turns the rulings on what waits into such as need no ledger: nothing
// passes, and everybody is told why. They are not final, and err is returned to
// try again, except in a control namespace that is being deleted: its ledger
// never comes back, so a person decides.
func withhold(w world, decided map[types.UID]ruling, err error) (map[types.UID]ruling, error) {
	final := apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause)
	out := map[types.UID]ruling{}
	for uid, waits := range w.waiting {
		switch judged := decided[uid]; {
		case !waits:
		case !final:
			out[uid] = ruling{why: trouble + err.Error(), unjudged: true}
		case judged.why != "":
			out[uid] = judged
		default:
			out[uid] = ruling{why: "the control namespace is being deleted and no loss can be recorded"}
		}
	}
	if final {
		return out, nil
	}
	return out, err
}

// isUnjudged is true for a hold that only the ledger's trouble made.
func isUnjudged(app *v1alpha1.Application) bool {
	return slices.ContainsFunc(app.Status.Conditions, func(c v1alpha1.ApplicationCondition) bool {
		return c.Type == v1alpha1.ApplicationConditionDeletionHeld && strings.HasPrefix(c.Message, trouble)
	})
}
