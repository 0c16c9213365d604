package expand

import (
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
)

// Row H3 of the bad inputs: a row that panics is rejected, the rest proceeds.
func TestAPanicOfARowIsItsError(t *testing.T) {
	j := job{row: &generators.Row{Origin: Origin{Generator: "generators[0].clusters", Cluster: "eu"}}} // without a program
	j.run(&v1alpha1.Application{})
	want := `generators[0].clusters: template: panic: runtime error: invalid memory address or nil pointer dereference for cluster "eu"`
	if j.app != nil || j.err == nil || j.err.Error() != want {
		t.Errorf("got %v, want %s", j.err, want)
	}
}
