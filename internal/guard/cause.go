package guard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// FormatCause is the value of AnnotationDeletionCause for a decision about app
// as it is now.
func FormatCause(app *v1alpha1.Application, cause v1alpha1.DeletionCause) string {
	return fmt.Sprintf("%d %s", app.Generation, cause)
}

// CauseOf reads the recorded cause of an Application that is being deleted; ""
// for none. A cause counts for the generation that it was decided on: the
// deletion itself raises it by one, and whatever was changed in between makes
// it another Application than the one that was judged.
func CauseOf(app *v1alpha1.Application) v1alpha1.DeletionCause {
	text, cause, _ := strings.Cut(app.Annotations[v1alpha1.AnnotationDeletionCause], " ")
	generation, err := strconv.ParseInt(text, 10, 64)
	if err != nil || app.DeletionTimestamp.IsZero() || app.Generation != generation+1 {
		return ""
	}
	switch c := v1alpha1.DeletionCause(cause); c {
	case v1alpha1.DeletionWithinGuard, v1alpha1.DeletionApproved, v1alpha1.DeletionPullRequestClosed:
		return c
	default:
		return ""
	}
}
