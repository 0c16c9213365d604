package appsetmore

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/cases"
)

// deviations are the cases whose answer differs on purpose; docs/DEVIATIONS.md
// gives the reasons.
var deviations = []string{"decision-by-name-in-matrix", "matrix-three-legs", "merge-values-lay-over", "name-empty"}

func TestEveryCaseMeetsItsExpectation(t *testing.T) {
	found, err := cases.Find([]string{"."})
	if err != nil {
		t.Fatal(err)
	}
	var differ []string
	for _, v := range cases.Run(t.Context(), found, cases.Options{}) {
		if !v.Passed {
			t.Errorf("%s: %s\n%s", v.Name, v.Stage, v.Diff)
		}
		if v.Deviates {
			differ = append(differ, v.Name)
		}
	}
	if diff := cmp.Diff(deviations, differ); diff != "" {
		t.Errorf("cases with an expectation of their own (-named +found):\n%s", diff)
	}
	if len(found) < 75 {
		t.Errorf("found %d cases", len(found))
	}
}

func TestDeviationsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/DEVIATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range deviations {
		if !strings.Contains(string(doc), "`"+name+"`") {
			t.Errorf("docs/DEVIATIONS.md does not name the case %s", name)
		}
	}
}
