package expand_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

var update = flag.Bool("update", false, "rewrite testdata/errors/expected.txt")

// Errors are read by people: they name the generator, the field, the element
// and the cluster. testdata/errors holds every kind of them.
func TestErrorsNameWhereAndWhat(t *testing.T) {
	text, err := os.ReadFile("testdata/errors/cases.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var cases []map[string]any
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, c := range cases {
		fmt.Fprintf(&got, "# %s\n", c["why"])
		for _, goTemplate := range []bool{false, true} {
			mode := map[bool]string{false: "fasttemplate", true: "Go template"}[goTemplate]
			for _, line := range outcome(errorSet(t, c, goTemplate)) {
				fmt.Fprintf(&got, "%s: %s\n", mode, line)
			}
		}
	}
	const golden = "testdata/errors/expected.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func errorSet(t *testing.T, c map[string]any, goTemplate bool) *v1alpha1.ApplicationSet {
	t.Helper()
	spec := map[string]any{"template": map[string]any{"metadata": map[string]any{"name": "a"}, "spec": map[string]any{}}}
	for _, field := range []string{"generators", "template", "templatePatch"} {
		if c[field] != nil {
			spec[field] = c[field]
		}
	}
	text, err := yaml.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, inMode(string(text), goTemplate))
}

// outcome lists what an expansion says, the Applications last.
func outcome(set *v1alpha1.ApplicationSet) []string {
	inventory, err := clusters.NewInventory([]clusters.Cluster{
		{Name: "ap-south-2", Server: "https://ap", Labels: map[string]string{"env": "prod"}},
		{Name: "ap-south-3", Server: "https://ap", Labels: map[string]string{"env": "prod", "region": "r"}},
		{Name: "eu", Server: "https://eu", Labels: map[string]string{"env": "dev", "region": "eu-1"}},
	})
	if err != nil {
		return []string{err.Error()}
	}
	tree := &generators.Tree{
		Commit: "1", Dirs: []string{"apps", "apps/a", "apps/b", "conf"},
		Files: []string{"bad/bomb.yaml", "bad/text.yaml", "conf/r.yaml", "conf/two.yaml"},
		FS: fstest.MapFS{
			"bad/bomb.yaml": {Data: []byte("a: &a [1,1,1,1,1,1,1,1,1]\n" + bomb("a", "b") + bomb("b", "c") + bomb("c", "d") + bomb("d", "e") + bomb("e", "f") + bomb("f", "g"))},
			"bad/text.yaml": {Data: []byte("just text")},
			"conf/r.yaml":   {Data: []byte("{id: 1}")},
			"conf/two.yaml": {Data: []byte("[{id: 1, rare: x}, {id: 2}]")},
		},
	}
	result := expand.Expand(set, expand.Inputs{Clusters: inventory, Repositories: map[expand.Repository]*generators.Tree{
		{URL: "r", Revision: "main"}: tree, {URL: "r-r", Revision: "main"}: tree, {URL: "r", Revision: "r"}: tree,
	}}, expand.Options{})
	var out []string
	if result.Err != nil {
		for _, line := range strings.Split(result.Err.Error(), "\n") {
			out = append(out, "failed: "+line)
		}
		return out
	}
	for _, request := range result.Missing {
		what := request.Question.Kind
		if what == "" {
			what = request.Repository.String()
		}
		out = append(out, fmt.Sprintf("missing: %s: %s", request.Path, what))
	}
	for _, row := range result.Rejected {
		out = append(out, "rejected: "+row.Err.Error())
	}
	for _, d := range result.Duplicates {
		out = append(out, "duplicate: "+d.Error())
	}
	return append(out, fmt.Sprintf("applications: %s", strings.Join(names(result), " ")))
}

func bomb(from, to string) string {
	return to + ": &" + to + " [" + strings.TrimSuffix(strings.Repeat("*"+from+",", 9), ",") + "]\n"
}
