package apply

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/go-logr/logr"
)

func TestExplainShowsNoSecret(t *testing.T) {
	secret := objects(t, `apiVersion: v1
kind: Secret
metadata: {name: token, namespace: web}
data: {password: aHVudGVyMg==}
stringData: {pin: 90210, nested: {deep: swordfish}}
`)[0]
	ref := RefOf(secret)
	for _, text := range []string{
		"denied: hunter2 is weak", "value aHVudGVyMg== is weak", "expected string, got 90210", "got swordfish",
	} {
		msg := explain(ref, secret, errors.New(text))
		if containsAny(msg, "hunter2", "aHVudGVyMg", "90210", "swordfish") || !strings.Contains(msg, "(redacted)") {
			t.Errorf("%q became %q", text, msg)
		}
	}
}

func TestExplainCutsPrintedValues(t *testing.T) {
	err := apierrors.NewInvalid(schema.GroupKind{Group: "batch", Kind: "Job"}, "migrate", nil)
	err.ErrStatus.Details.Causes = []metav1.StatusCause{{
		Field: "spec.template", Message: "Invalid value: core.PodTemplateSpec{" + strings.Repeat("x: y, ", 200) + "}: field is immutable",
	}}
	msg := explain(Ref{Group: "batch", Version: "v1", Kind: "Job", Namespace: "web", Name: "migrate"}, nil, err)
	if want := "Job.batch web/migrate: invalid: spec.template: Invalid value: field is immutable"; msg != want {
		t.Errorf("got %q, want %q", msg, want)
	}
}

// What fails for the moment is tried again; a decision is not.
func TestRetry(t *testing.T) {
	e := &Engine{opts: Options{Logger: logr.Discard()}.withDefaults()}
	conflictOfManagers := apierrors.NewApplyConflict([]metav1.StatusCause{{Type: metav1.CauseTypeFieldManagerConflict}}, "conflict")
	cases := []struct {
		name string
		err  error
		want int
	}{
		{"write conflict", apierrors.NewConflict(schema.GroupResource{Resource: "x"}, "y", errors.New("changed")), 4},
		{"busy", apierrors.NewTooManyRequests("wait", 0), 4},
		{"unavailable", apierrors.NewServiceUnavailable("later"), 4},
		{"managers disagree", conflictOfManagers, 1},
		{"forbidden", apierrors.NewForbidden(schema.GroupResource{Resource: "x"}, "y", errors.New("no")), 1},
		{"not found", &apierrors.StatusError{ErrStatus: metav1.Status{Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound}}, 1},
	}
	for _, c := range cases {
		synctest.Test(t, func(t *testing.T) { // the pauses take no time
			calls := 0
			err := e.retry(t.Context(), Ref{Kind: "X", Name: "y"}, func() error { calls++; return c.err })
			if calls != c.want || !errors.Is(err, c.err) {
				t.Errorf("%s: %d calls, error %v; want %d calls", c.name, calls, err, c.want)
			}
		})
	}
}
