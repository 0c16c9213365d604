package appsetcases

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/source"
)

var update = flag.Bool("update", false, "rewrite the expectations of the named deviations")

// notYet are the generators that later work adds. A case that needs one is
// required to fail with an error that says so.
var notYet = []string{"clusterDecisionResource", "scmProvider", "pullRequest", "plugin"}

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
}

func TestCases(t *testing.T) {
	counts := map[string]int{}
	for _, c := range index(t) {
		kind := c.kind(t)
		counts[kind]++
		t.Run(c.name, func(t *testing.T) {
			result, err := c.expand()
			switch kind {
			case "not yet supported":
				if err == nil || !strings.Contains(err.Error(), "is not supported yet") {
					t.Errorf("want an error that names the unsupported generator, got %v", err)
				}
			case "deviation":
				compare(t, c.read(t, "../deviations/"+c.name+".yaml"), result, err)
				if *update {
					c.write(t, "../deviations/"+c.name+".yaml", result)
				}
			default:
				c.compareWithArgo(t, result, err)
			}
		})
	}
	t.Logf("%d matched, %d deviate on purpose, %d need a generator that is not supported yet",
		counts["in scope"], counts["deviation"], counts["not yet supported"])
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

type testCase struct {
	name       string
	generators []string
}

// index reads INDEX.tsv: case, origin, mode, generators joined by +, ...
func index(t *testing.T) []testCase {
	t.Helper()
	text, err := os.ReadFile("INDEX.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var cases []testCase
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if fields := strings.Split(line, "\t"); i > 0 {
			cases = append(cases, testCase{fields[0], strings.Split(fields[3], "+")})
		}
	}
	return cases
}

// kind sorts a case by the generators that INDEX.tsv names; one of them also
// names the plugin of a source, which only the set itself can tell apart.
func (c testCase) kind(t *testing.T) string {
	var set map[string]any
	if err := c.decode("appset.yaml", &set); err != nil {
		t.Fatal(err)
	}
	used := fmt.Sprint(set["spec"].(map[string]any)["generators"])
	switch {
	case slices.ContainsFunc(c.generators, func(g string) bool {
		return slices.Contains(notYet, g) && strings.Contains(used, g+":")
	}):
		return "not yet supported"
	case slices.Contains(deviations, c.name):
		return "deviation"
	}
	return "in scope"
}

// compareWithArgo requires what Argo CD's own expansion made of the case.
func (c testCase) compareWithArgo(t *testing.T, result expand.Result, err error) {
	t.Helper()
	if c.has("expected-error.txt") {
		if err == nil {
			t.Errorf("want an error like: %s", c.read(t, "expected-error.txt"))
		} else {
			t.Logf("error: %v", err)
		}
		return
	}
	compare(t, c.read(t, "expected.yaml"), result, err)
}

func compare(t *testing.T, want string, result expand.Result, err error) {
	t.Helper()
	if *update {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(decodeAll(t, want), comparable(t, result)); diff != "" {
		t.Errorf("applications (-want +got):\n%s", diff)
	}
}

// expand runs the case. Rejected rows count as an error here, because Argo CD
// fails the whole set for one.
func (c testCase) expand() (expand.Result, error) {
	var set v1alpha1.ApplicationSet
	if err := c.decode("appset.yaml", &set); err != nil {
		return expand.Result{}, err
	}
	if set.Namespace == "" {
		set.Namespace = "argocd"
	}
	inventory, err := c.inventory()
	if err != nil {
		return expand.Result{}, err
	}
	var options struct{ NewGitFileGlobbing, IncludeHiddenDirectories bool }
	if c.has("options.yaml") {
		if err := c.decode("options.yaml", &options); err != nil {
			return expand.Result{}, err
		}
	}
	result, err := inputs.Gather(context.Background(), &set, expand.Inputs{Clusters: inventory},
		inputs.Providers{Git: folders(path.Join(c.name, "repos"))},
		inputs.Options{Expand: expand.Options{
			NewGitFileGlobbing:       options.NewGitFileGlobbing,
			IncludeHiddenDirectories: options.IncludeHiddenDirectories,
		}})
	errs := []error{err, result.Err}
	for _, row := range result.Rejected {
		errs = append(errs, row.Err)
	}
	return result, errors.Join(errs...)
}

func (c testCase) inventory() (*clusters.Inventory, error) {
	var list []clusters.Cluster
	if c.has("clusters.yaml") {
		stream, err := os.ReadFile(path.Join(c.name, "clusters.yaml"))
		if err != nil {
			return nil, err
		}
		if list, err = clusters.Decode(stream, "argocd"); err != nil {
			return nil, err
		}
	}
	return clusters.NewInventory(list)
}

func (c testCase) decode(name string, into any) error {
	text, err := os.ReadFile(path.Join(c.name, name))
	if err != nil {
		return err
	}
	return yaml.Unmarshal(text, into)
}

func (c testCase) has(name string) bool {
	_, err := os.Stat(path.Join(c.name, name))
	return err == nil
}

func (c testCase) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(path.Join(c.name, name))
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(text)
}

func (c testCase) write(t *testing.T, name string, result expand.Result) {
	t.Helper()
	var out strings.Builder
	for i, app := range comparable(t, result) {
		text, err := yaml.Marshal(app)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			out.WriteString("---\n")
		}
		out.Write(text)
	}
	file := path.Join(c.name, name)
	if err := os.MkdirAll(path.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// folders serves repos/NAME@REVISION and repos/NAME as Git repositories.
type folders string

func (f folders) Resolve(_ context.Context, repoURL, revision string) (string, error) {
	name := strings.TrimSuffix(path.Base(repoURL), ".git")
	for _, dir := range []string{name + "@" + strings.ReplaceAll(revision, "/", "_"), name} {
		if _, err := os.Stat(path.Join(string(f), dir)); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("%s: %w", repoURL, fs.ErrNotExist)
}

func (f folders) Fetch(_ context.Context, req source.Request) (*source.Tree, error) {
	return source.Dir(filepath.Join(string(f), req.Commit), req.Commit), nil
}

// comparable are all Applications, duplicates too, as plain values without
// status and sorted by name.
func comparable(t *testing.T, result expand.Result) []map[string]any {
	t.Helper()
	apps := slices.Clone(result.Applications)
	for _, d := range result.Duplicates {
		apps = append(apps, d.Applications...)
	}
	out := []map[string]any{}
	for i := range apps {
		text, err := yaml.Marshal(&apps[i])
		if err != nil {
			t.Fatal(err)
		}
		app := map[string]any{}
		if err := yaml.Unmarshal(text, &app); err != nil {
			t.Fatal(err)
		}
		delete(app, "status")
		delete(app["metadata"].(map[string]any), "creationTimestamp")
		out = append(out, app)
	}
	sortByText(t, out)
	return out
}

func decodeAll(t *testing.T, stream string) []map[string]any {
	t.Helper()
	out := []map[string]any{}
	for _, doc := range strings.Split("\n"+stream, "\n---\n") {
		app := map[string]any{}
		if err := yaml.Unmarshal([]byte(doc), &app); err != nil {
			t.Fatal(err)
		}
		if len(app) > 0 {
			out = append(out, app)
		}
	}
	sortByText(t, out)
	return out
}

func sortByText(t *testing.T, apps []map[string]any) {
	t.Helper()
	slices.SortFunc(apps, func(a, b map[string]any) int {
		left, errLeft := yaml.Marshal(a)
		right, errRight := yaml.Marshal(b)
		if err := errors.Join(errLeft, errRight); err != nil {
			t.Fatal(err)
		}
		return strings.Compare(string(left), string(right))
	})
}
