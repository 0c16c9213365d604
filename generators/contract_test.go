package generators_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/templates"
)

// subjects are one generator of each kind that gives more than one row over
// the fleet and repository below.
var subjects = map[string]string{
	"list":            `{list: {elements: [{app: a}, {app: b}]}}`,
	"elementsYaml":    `{list: {elementsYaml: "[{app: a}, {app: b}]"}}`,
	"clusters":        `{clusters: {values: {v: x}}}`,
	"git directories": `{git: {repoURL: r, revision: main, directories: [{path: 'apps/*'}]}}`,
	"git files":       `{git: {repoURL: r, revision: main, files: [{path: 'conf/*.yaml'}]}}`,
	"matrix":          `{matrix: {generators: [{clusters: {}}, {list: {elements: [{app: a}, {app: b}]}}]}}`,
	"merge": `{merge: {mergeKeys: [name], generators: [{clusters: {}},
		{list: {elements: [{name: eu, extra: "1"}]}}]}}`,
	"scmProvider":             `{scmProvider: {github: {organization: acme}, values: {v: x}}}`,
	"pullRequest":             `{pullRequest: {github: {owner: acme, repo: web}, values: {v: x}}}`,
	"plugin":                  `{plugin: {configMapRef: {name: p}, input: {parameters: {a: b}}, values: {v: x}}}`,
	"clusterDecisionResource": `{clusterDecisionResource: {configMapRef: c, name: n, values: {v: x}}}`,
	"matrix of questions": `{matrix: {generators: [{scmProvider: {github: {organization: acme}}},
		{plugin: {configMapRef: {name: p}}}]}}`,
	"merge of questions": `{merge: {mergeKeys: [name], generators: [{clusterDecisionResource: {configMapRef: c, name: n}},
		{plugin: {configMapRef: {name: p}}}]}}`,
}

// answers are given to every question of a kind.
var answers = map[string]*generators.Answer{
	"scmProvider": {Repositories: []generators.SCMRepository{
		{Organization: "acme", Repository: "web", RepositoryID: "11", URL: "u", Branch: "main", SHA: "0bc57212c3cb", Labels: []string{"a", "b"}},
		{Organization: "acme", Repository: "web", RepositoryID: "11", URL: "u", Branch: "Release/1_x", SHA: "abc"},
	}},
	"pullRequest": {PullRequests: []generators.PullRequest{
		{Number: 12, Title: "Add", Branch: "feature/add_L4-Nodes", TargetBranch: "main", HeadSHA: "089d92cbf9ff", Labels: []string{"gpu"}, Author: "ada"},
		{Number: 7, Branch: "fix", TargetBranch: "release/1.x", HeadSHA: "abc"},
	}},
	"plugin": {Replies: []map[string]any{
		{"name": "eu", "n": 1e6, "deep": map[string]any{"k": []any{"v", nil}}},
		{"name": "us"},
	}},
	"clusterDecisionResource": {MatchKey: "clusterName", StatusListKey: "decisions", Decisions: []map[string]any{
		{"clusterName": "eu", "score": int64(90), "gpus": map[string]any{"l4": int64(8)}},
		{"clusterName": "gone"},
		{"clusterName": "us"},
	}},
}

// TestContract holds for every generator, in both modes.
func TestContract(t *testing.T) {
	for name, spec := range subjects {
		for _, goTemplate := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/goTemplate=%v", name, goTemplate), func(t *testing.T) {
				rows := evaluate(t, spec, goTemplate)
				if len(rows) < 2 {
					t.Fatalf("%d rows", len(rows))
				}
				if diff := cmp.Diff(rows, evaluate(t, spec, goTemplate)); diff != "" {
					t.Errorf("two evaluations differ:\n%s", diff)
				}
				seen := map[generators.Origin]bool{}
				for _, row := range rows {
					if !strings.HasPrefix(row.Origin.Generator, "generators[0].") || row.Origin.Subject() == "" {
						t.Errorf("origin %+v does not say where the row comes from", row.Origin)
					}
					if seen[row.Origin] {
						t.Errorf("two rows of one origin %v", row.Origin)
					}
					seen[row.Origin] = true
				}

				none := evaluate(t, withSelector(t, spec, `{matchExpressions: [{key: nope, operator: Exists}]}`), goTemplate)
				all := evaluate(t, withSelector(t, spec, `{matchExpressions: [{key: nope, operator: DoesNotExist}]}`), goTemplate)
				if len(none) != 0 || len(all) != len(rows) {
					t.Errorf("the post-selector kept %d and %d of %d rows", len(none), len(all), len(rows))
				}
				if _, err := evaluateWith(t, withSelector(t, spec, `{matchLabels: {"bad key!": x}}`), generators.Options{}, inputs(t)); err == nil {
					t.Error("a malformed post-selector gave no error")
				}
				if _, err := evaluateWith(t, spec, generators.Options{GoTemplate: goTemplate, MaxRows: 1}, inputs(t)); err == nil {
					t.Error("more rows than allowed gave no error")
				}
			})
		}
	}
}

func evaluate(t *testing.T, spec string, goTemplate bool) []generators.Row {
	t.Helper()
	rows, err := evaluateWith(t, spec, generators.Options{GoTemplate: goTemplate}, inputs(t))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// evaluateWith evaluates until every question has its answer.
func evaluateWith(t *testing.T, spec string, opts generators.Options, in generators.Inputs) ([]generators.Row, error) {
	t.Helper()
	for range 5 {
		e := newEvaluatorOver(t, opts, in)
		parts, err := e.Evaluate("generators[0]", decode(t, spec))
		missing := e.Missing()
		if err != nil || len(missing) == 0 {
			var rows []generators.Row
			for _, part := range parts {
				rows = append(rows, part.Rows...)
			}
			return rows, err
		}
		in.Answers = maps.Clone(in.Answers)
		if in.Answers == nil {
			in.Answers = map[generators.Question]*generators.Answer{}
		}
		for _, request := range missing {
			in.Answers[request.Question] = answers[request.Question.Kind]
		}
	}
	t.Fatal("questions without end")
	return nil, nil
}

func newEvaluator(t *testing.T, opts generators.Options) *generators.Evaluator {
	t.Helper()
	return newEvaluatorOver(t, opts, inputs(t))
}

func newEvaluatorOver(t *testing.T, opts generators.Options, in generators.Inputs) *generators.Evaluator {
	t.Helper()
	engine, err := templates.NewEngine(templates.Options{GoTemplate: opts.GoTemplate, GoTemplateOptions: []string{"missingkey=error"}})
	if err != nil {
		t.Fatal(err)
	}
	return generators.NewEvaluator(in, templating{engine}, opts)
}

func decode(t *testing.T, spec string) *v1alpha1.ApplicationSetGenerator {
	t.Helper()
	var g v1alpha1.ApplicationSetGenerator
	if err := yaml.Unmarshal([]byte(spec), &g); err != nil {
		t.Fatal(err)
	}
	return &g
}

func withSelector(t *testing.T, spec, selector string) string {
	t.Helper()
	return strings.TrimSuffix(strings.TrimSpace(spec), "}") + ", selector: " + selector + "}"
}

func inputs(t *testing.T) generators.Inputs {
	t.Helper()
	inventory, err := clusters.NewInventory([]clusters.Cluster{
		{Name: "eu", Server: "https://eu", Labels: map[string]string{"env": "prod"}},
		{Name: "us", Server: "https://us", Labels: map[string]string{"env": "dev", "region": "us-east"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return generators.Inputs{
		Clusters: inventory,
		Repositories: map[generators.Repository]*generators.Tree{
			{URL: "r", Revision: "main"}: tree(t, map[string]string{
				"apps/a/x.yaml":        "",
				"apps/b/x.yaml":        "",
				"apps/.hidden/x.yaml":  "",
				"conf/one.yaml":        "{num: 1, list: [{k: v}], big: 1000000.0}",
				"conf/two.yaml":        "[{id: 2}, {id: 3}]",
				"conf/deep/three.yaml": "{id: 4}",
			}),
		},
	}
}

func tree(t *testing.T, files map[string]string) *generators.Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(content)}
	}
	out := &generators.Tree{FS: fsys}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case name == ".":
		case entry.IsDir():
			out.Dirs = append(out.Dirs, name)
		default:
			out.Files = append(out.Files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out.Dirs)
	slices.Sort(out.Files)
	return out
}

// templating gives the generators the real template languages.
type templating struct{ engine *templates.Engine }

func (t templating) Values(values map[string]string) (generators.Values, error) {
	return t.engine.CompileValues(values)
}

func (t templating) Generator(g *v1alpha1.ApplicationSetGenerator) (generators.Generator, error) {
	return t.engine.CompileGenerator(g)
}

func (t templating) DecodeYAML(doc []byte, into any) error { return t.engine.DecodeYAML(doc, into) }
