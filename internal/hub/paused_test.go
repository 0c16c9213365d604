package hub_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

// mark writes annotation fairlead.dev/paused, or takes it off with nil.
func (r *running) mark(t *testing.T, name string, text *string) {
	t.Helper()
	app, err := r.app(t, name)
	if err != nil {
		t.Fatal(err)
	}
	value := "null"
	if text != nil {
		value = fmt.Sprintf("%q", *text)
	}
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%s}}}`, v1alpha1.AnnotationPaused, value)
	if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
}

// awaitPause waits for a condition of that type whose message has all parts; none
// may be there of the other type, nor of any with "".
func (r *running) awaitPause(t *testing.T, name, kind string, parts ...string) {
	t.Helper()
	eventually(t, func() error {
		app, err := r.app(t, name)
		if err != nil {
			return err
		}
		found := kind == ""
		for _, c := range app.Status.Conditions {
			switch {
			case c.Type == kind:
				found = true
				for _, p := range parts {
					found = found && strings.Contains(c.Message, p)
				}
			case c.Type == v1alpha1.ApplicationConditionPaused, c.Type == v1alpha1.ApplicationConditionPauseInvalid:
				return fmt.Errorf("%s: %+v", name, app.Status.Conditions)
			}
		}
		if !found {
			return fmt.Errorf("%s: want %s with %q, has %+v", name, kind, parts, app.Status.Conditions)
		}
		return nil
	})
}

func TestASetKeepsThePauseOfItsApplication(t *testing.T) {
	r := start(t)
	repo := r.repository(t, "dirs")
	r.apply(t, directories("dirs", repo.URL(), ""))
	r.awaitApps(t, "dirs-a", "dirs-b")
	first, err := repo.Head(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	app, err := r.app(t, "dirs-a")
	if err != nil {
		t.Fatal(err)
	}
	entry := v1alpha1.RevisionHistory{ID: 4, Revision: first, Source: *app.Spec.Source}
	text, err := pause.At(entry, pause.Why{Reason: "too slow", By: "ann", Since: time.Unix(1000, 0)}).Text()
	if err != nil {
		t.Fatal(err)
	}
	r.mark(t, "dirs-a", &text)
	r.awaitPause(t, "dirs-a", v1alpha1.ApplicationConditionPaused, first[:12], "entry 4", "ann", "too slow")

	// The set writes another spec, and the pause stays; a commit is told.
	r.apply(t, strings.Replace(directories("dirs", repo.URL(), ""), "namespace: x", "namespace: moved", 1))
	eventually(t, func() error {
		app, err := r.app(t, "dirs-a")
		if err == nil && (app.Spec.Destination.Namespace != "moved" || app.Annotations[v1alpha1.AnnotationPaused] != text) {
			err = fmt.Errorf("%+v, %v", app.Spec.Destination, app.Annotations)
		}
		return err
	})
	second, err := repo.Write(t.Context(), "second", map[string]string{"apps/a/x.yaml": "a: c\n"})
	if err != nil {
		t.Fatal(err)
	}
	r.refreshApp(t, "dirs-a")
	r.awaitPause(t, "dirs-a", v1alpha1.ApplicationConditionPaused, first[:12], second[:12]+" by now")

	broken := "{"
	r.mark(t, "dirs-a", &broken)
	r.awaitPause(t, "dirs-a", v1alpha1.ApplicationConditionPauseInvalid, "no effect")
	r.mark(t, "dirs-a", nil)
	r.awaitPause(t, "dirs-a", "")
	again, err := r.app(t, "dirs-a")
	if err != nil || again.UID != app.UID || !again.DeletionTimestamp.IsZero() {
		t.Errorf("%v: %+v", err, again)
	}

	// A paused Application goes as any other does.
	r.mark(t, "dirs-b", &text)
	r.awaitPause(t, "dirs-b", v1alpha1.ApplicationConditionPaused)
	if _, err := repo.Delete(t.Context(), "drop b", "apps/b"); err != nil {
		t.Fatal(err)
	}
	r.annotate(t, "dirs", v1alpha1.AnnotationApplicationSetRefresh)
	r.awaitGone(t, "dirs-b")
}

func (r *running) refreshApp(t *testing.T, name string) {
	t.Helper()
	app, err := r.app(t, name)
	if err != nil {
		t.Fatal(err)
	}
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:"normal"}}}`, v1alpha1.AnnotationKeyRefresh)
	if err := r.Patch(t.Context(), app, client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		t.Fatal(err)
	}
}
