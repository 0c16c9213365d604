package deletions

import (
	"fmt"
	"slices"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/plan"
)

// refuse has the guard judge these deletions while these Applications wait,
// because a refused row may be theirs.
func (w *world) refuse(t *testing.T, wanted, waiting []*v1alpha1.Application) []*v1alpha1.Application {
	t.Helper()
	todo := plan.Plan{Delete: slices.Clone(wanted)}
	for _, app := range waiting {
		todo.Waiting = append(todo.Waiting, app.Name)
	}
	ruling, err := w.Judge(t.Context(), w.set(t, "set"), &todo, Look{})
	if err != nil || len(ruling) != len(todo.Delete) {
		t.Fatalf("%d rulings for %d: %v", len(ruling), len(todo.Delete), err)
	}
	return todo.Delete
}

// annotate the set as a person does.
func (w *world) annotate(t *testing.T, key, value string) {
	t.Helper()
	set := w.set(t, "set")
	set.Annotations = map[string]string{key: value}
	if err := w.Client.Update(t.Context(), set); err != nil {
		t.Fatal(err)
	}
}

func TestARefusedRowEndsNoHold(t *testing.T) {
	set := aSet("s")
	apps := many(set, 20)
	w := newWorld(t, set, apps...)
	w.judge(t, apps[:8], nil, nil)
	w.judge(t, apps[:4], nil, nil) // four are back
	four := w.set(t, "set").Status.DeletionsHeld
	if four == nil || four.Count != 4 {
		t.Fatalf("held %+v", four)
	}
	told := len(*w.events)
	w.refuse(t, nil, apps[:4])
	if hold := w.set(t, "set").Status.DeletionsHeld; hold == nil || hold.Digest != four.Digest || len(*w.events) != told {
		t.Errorf("while a row is refused %+v is held: %v", hold, (*w.events)[told:])
	}
	if n := w.judge(t, apps[:4], nil, nil); n != 0 || w.set(t, "set").Status.DeletionsHeld == nil {
		t.Errorf("%d go although nobody has spoken", n)
	}
}

// What waits beside a hold is none of its victims.
func TestWhatWaitsDoesNotJoinAHold(t *testing.T) {
	set := aSet("s")
	apps := many(set, 20)
	w := newWorld(t, set, apps...)
	w.judge(t, apps[:8], nil, nil)
	w.refuse(t, apps[:2], apps[2:12])
	if hold := w.set(t, "set").Status.DeletionsHeld; hold == nil || hold.Count != 8 {
		t.Errorf("held %+v", hold)
	}
}

// A person's word counts, and is carried out when no refused row can be of the
// victims any more.
func TestAnApprovalOutlastsARefusedRow(t *testing.T) {
	for key, cause := range map[string]v1alpha1.DeletionCause{
		v1alpha1.AnnotationApproveDeletions: v1alpha1.DeletionApproved,
		v1alpha1.AnnotationKeepWorkloads:    v1alpha1.DeletionKept,
	} {
		set := aSet("s")
		apps := many(set, 20)
		w := newWorld(t, set, apps...)
		w.judge(t, apps[:8], nil, nil)
		w.annotate(t, key, w.set(t, "set").Status.DeletionsHeld.Digest)
		for range 2 {
			if gone := w.refuse(t, nil, apps[:8]); len(gone) != 0 {
				t.Errorf("%s: %d go although a row is refused", cause, len(gone))
			}
			if hold := w.set(t, "set").Status.DeletionsHeld; hold != nil {
				t.Errorf("%s: held further: %+v", cause, hold)
			}
		}
		todo := plan.Plan{Delete: slices.Clone(apps[:8])}
		ruling, err := w.Judge(t.Context(), w.set(t, "set"), &todo, Look{})
		if err != nil || len(todo.Delete) != 8 || ruling["app-03"] != cause {
			t.Errorf("%s: %d of 8 go, ruling %v, %v", cause, len(todo.Delete), ruling, err)
		}
	}
}

// Where a set was made anew under its old name, the Applications of the old one
// may still be there.
func TestAnotherSetsApplicationsAreNotCounted(t *testing.T) {
	set := aSet("new")
	mine := many(set, 20)
	all := slices.Clone(mine)
	for i := range 200 {
		all = append(all, made(aSet("old"), fmt.Sprintf("old-%03d", i), ""))
	}
	w := newWorld(t, set, all...)
	if n := w.judge(t, mine[:10], nil, nil); n != 0 {
		t.Errorf("%d of 20 go", n)
	}
}
