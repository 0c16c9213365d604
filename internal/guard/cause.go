package guard

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// FormatCause is the value of AnnotationDeletionCause for a decision about app
// as it is now: its generation, its UID and the cause.
func FormatCause(app *v1alpha1.Application, cause v1alpha1.DeletionCause) string {
	return fmt.Sprintf("%d %s %s", app.Generation, app.UID, cause)
}

// CauseOf reads the recorded cause of an Application that is being deleted; ""
// for none. A cause counts for the object and the generation that it was
// decided on: the deletion itself raises it by one, and whatever was changed in
// between, or restored from a backup, is another Application than the one that
// was judged.
func CauseOf(app *v1alpha1.Application) v1alpha1.DeletionCause {
	parts := strings.Split(app.Annotations[v1alpha1.AnnotationDeletionCause], " ")
	if len(parts) != 3 || app.DeletionTimestamp.IsZero() {
		return ""
	}
	generation, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || app.Generation != generation+1 || parts[1] != string(app.UID) {
		return ""
	}
	switch c := v1alpha1.DeletionCause(parts[2]); c {
	case v1alpha1.DeletionWithinGuard, v1alpha1.DeletionApproved, v1alpha1.DeletionPullRequestClosed:
		return c
	default:
		return ""
	}
}
