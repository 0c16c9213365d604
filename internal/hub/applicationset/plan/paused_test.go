package plan

import (
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// A set's new rows do not end a pause, and its template begins none.
func TestAPauseIsNotTheSetsToDecide(t *testing.T) {
	set := aSet("s")
	row := aRow("a", "x")
	row.App.Annotations = map[string]string{v1alpha1.AnnotationPaused: "of the template", "mine": "stays"}
	is := liveRow(set, row)
	if _, paused := is.Annotations[v1alpha1.AnnotationPaused]; paused || is.Annotations["mine"] == "" {
		t.Fatalf("created with %v", is.Annotations)
	}
	is.Annotations[v1alpha1.AnnotationPaused] = "of a person"
	if plan := Make(set, []Row{row}, []*v1alpha1.Application{is}, everything); len(plan.Changes) != 0 {
		t.Errorf("a pause is a reason to write %v", plan.Changes[0].Want.Annotations)
	}
	moved := aRow("a", "y")
	moved.App.Annotations = row.App.Annotations
	plan := Make(set, []Row{moved}, []*v1alpha1.Application{is}, everything)
	if len(plan.Changes) != 1 || plan.Changes[0].Want.Annotations[v1alpha1.AnnotationPaused] != "of a person" || plan.Changes[0].Want.Spec.Source.Path != "y" {
		t.Errorf("changes %+v", plan.Changes)
	}
}
