package appsetcases

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/cases"
)

// size is how many cases the collection has.
const size = 196

// deviations are the cases whose answer differs on purpose; docs/DEVIATIONS.md
// gives the reasons, and deviations/CASE.yaml our own expectation.
var deviations = []string{
	"ex-design-doc-applicationset",
	"ex-design-doc-applicationset-fasttemplate",
	"ex-design-doc-git-directory-discovery",
	"ex-design-doc-git-directory-discovery-fasttemplate",
	"ex-design-doc-git-files-discovery",
	"ex-design-doc-git-files-discovery-fasttemplate",
	"ex-design-doc-git-files-literal",
	"ex-design-doc-git-files-literal-fasttemplate",
	"own-list-empty-element-go",
	"own-matrix-triple-nesting-error",
	"own-merge-clusters-list-go-lenient",
	"own-plugin-go",
}

func TestEveryCaseMeetsItsExpectation(t *testing.T) {
	verdicts := run(t, ".", cases.Options{})
	if len(verdicts) != size {
		t.Errorf("found %d cases, want %d", len(verdicts), size)
	}
	for _, v := range verdicts {
		if !v.Passed {
			t.Errorf("%s: %s\n%s", v.Name, v.Stage, v.Diff)
		}
		if named := slices.Contains(deviations, v.Name); named != v.Deviates {
			t.Errorf("%s: has an expectation in deviations/: %v, is named as a deviation: %v", v.Name, v.Deviates, named)
		}
	}
}

// What Argo CD makes of a case is matched by all others, and by none of the
// deviations: one that came to match is to be taken off the list.
func TestOnlyTheNamedCasesDeviate(t *testing.T) {
	var differ []string
	for _, v := range run(t, ".", cases.Options{WithoutDeviations: true}) {
		if !v.Passed {
			differ = append(differ, v.Name)
		}
	}
	if diff := cmp.Diff(deviations, differ); diff != "" {
		t.Errorf("cases that differ from Argo CD (-named +found):\n%s", diff)
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

func run(t *testing.T, dir string, opts cases.Options) []cases.Verdict {
	t.Helper()
	found, err := cases.Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	return cases.Run(t.Context(), found, opts)
}
