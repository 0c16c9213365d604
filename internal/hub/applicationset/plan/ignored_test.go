package plan

import (
	"fmt"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/applicationset/ignore"
)

// Row A33 of the bad inputs.
func TestAnEndlessExpressionIsTheApplicationsError(t *testing.T) {
	set := aSet("s")
	if err := yaml.Unmarshal([]byte("[{jqPathExpressions: ['.spec | until(false; .)']}]"), &set.Spec.IgnoreApplicationDifferences); err != nil {
		t.Fatal(err)
	}
	rules, err := ignore.Compile(set)
	if err != nil {
		t.Fatal(err)
	}
	rows, is := []Row{}, []*v1alpha1.Application{}
	for i := range 1000 { // it is tried once
		name := fmt.Sprint("app-", i)
		rows, is = append(rows, aRow(name, "new")), append(is, live(set, name, "old"))
	}
	plan := Make(set, rows, is, Rules{Allowed: everything.Allowed, Ignoring: rules})
	if len(plan.Changes) != 0 || len(plan.Errors) != 1000 || !strings.Contains(plan.Errors[0].Error(), "[0].jqPathExpressions[0]") {
		t.Errorf("%+v", plan)
	}
}
