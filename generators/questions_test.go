package generators_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
)

// What templates the rows does not bear on the answer, so it is no part of the
// question.
func TestGeneratorsThatAskTheSameShareAQuestion(t *testing.T) {
	for _, pair := range [][2]string{
		{`{scmProvider: {github: {organization: acme}}}`,
			`{scmProvider: {github: {organization: acme}, values: {a: b}, requeueAfterSeconds: 5, template: {metadata: {name: x}}}}`},
		{`{pullRequest: {github: {owner: acme, repo: web, labels: [a]}}}`,
			`{pullRequest: {requeueAfterSeconds: 5, github: {labels: [a], repo: web, owner: acme}, values: {a: b}}}`},
		{`{plugin: {configMapRef: {name: p}, input: {parameters: {b: 1, a: {d: 1, c: 2}}}}}`,
			`{plugin: {input: {parameters: {a: {c: 2, d: 1}, b: 1}}, configMapRef: {name: p}, values: {a: b}}}`},
		{`{clusterDecisionResource: {configMapRef: c, labelSelector: {matchLabels: {b: c, a: b}}}}`,
			`{clusterDecisionResource: {labelSelector: {matchLabels: {a: b, b: c}}, configMapRef: c, values: {a: b}}}`},
	} {
		first, second := ask(t, pair[0]), ask(t, pair[1])
		if first.Question != second.Question {
			t.Errorf("%+v and %+v", first.Question, second.Question)
		}
		if strings.Contains(first.Question.Spec, "template") {
			t.Errorf("the question %s holds a template", first.Question.Spec)
		}
	}
}

func TestQuestionsSayWhoAsks(t *testing.T) {
	plugin := ask(t, `{plugin: {configMapRef: {name: p}, input: {parameters: {a: 1}}}}`)
	want := generators.Request{Path: "generators[0].plugin", Question: generators.Question{
		Kind: "plugin", Namespace: "team", Set: "apps", Spec: `{"configMapRef":{"name":"p"},"input":{"parameters":{"a":1}}}`,
	}}
	if diff := cmp.Diff(want, plugin); diff != "" {
		t.Error(diff)
	}
	nested := ask(t, `{matrix: {generators: [{list: {elements: [{a: v}]}}, {pullRequest: {gitea: {owner: '{{a}}', repo: web, api: x}}}]}}`)
	want = generators.Request{Path: "generators[0].matrix[1].pullRequest", Question: generators.Question{
		Kind: "pullRequest", Namespace: "team", Spec: `{"gitea":{"api":"x","owner":"v","repo":"web"}}`,
	}}
	if diff := cmp.Diff(want, nested); diff != "" {
		t.Error(diff)
	}
}

// A matrix asks once per row of the legs before, each question once.
func TestMatrixAsksPerRow(t *testing.T) {
	e := newEvaluator(t, generators.Options{})
	_, err := e.Evaluate("generators[0]", decode(t, `{matrix: {generators: [
		{list: {elements: [{a: x, b: "1"}, {a: z, b: "2"}, {a: x, b: "3"}]}},
		{plugin: {configMapRef: {name: p}, input: {parameters: {a: '{{a}}'}}}}]}}`))
	if err != nil || len(e.Missing()) != 2 {
		t.Errorf("%v, %v", e.Missing(), err)
	}
}

func TestQuestionsWithoutASubjectAreRefused(t *testing.T) {
	for spec, want := range map[string]string{
		`{scmProvider: {}}`:             "generators[0].scmProvider: names no provider",
		`{pullRequest: {}}`:             "generators[0].pullRequest: names no repository",
		`{plugin: {}}`:                  "generators[0].plugin: configMapRef.name is empty",
		`{clusterDecisionResource: {}}`: "generators[0].clusterDecisionResource: configMapRef is empty",
		`{matrix: {generators: [{list: {elements: [{a: b}]}}, {plugin: {}}]}}`: "generators[0].matrix[1].plugin: configMapRef.name is empty",
	} {
		if _, err := evaluateWith(t, spec, generators.Options{}, inputs(t)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestSCMParameters(t *testing.T) {
	spec := `{scmProvider: {github: {organization: acme}, values: {x: "{{ .repository }}@{{ .sha }}"}}}`
	want := generators.Params{
		"organization": "acme", "repository": "web", "repository_id": int64(11), "url": "u",
		"branch": "Release/1_x", "branchNormalized": "release-1-x", "sha": "abc", "short_sha": "abc", "short_sha_7": "abc",
		"labels": "", "values": map[string]string{"x": "web@abc"},
	}
	rows := evaluate(t, spec, true)
	if diff := cmp.Diff(want, rows[1].Params); diff != "" {
		t.Error(diff)
	}
	if p := rows[0].Params; p["short_sha"] != "0bc57212" || p["short_sha_7"] != "0bc5721" || p["labels"] != "a,b" {
		t.Errorf("%v", p)
	}
	if got := rows[1].Origin.Subject(); got != "repository acme/web, branch Release/1_x" {
		t.Error(got)
	}
	rows = evaluate(t, `{scmProvider: {bitbucket: {owner: acme, user: u}, values: {x: "{{repository}}"}}}`, false)
	if p := rows[0].Params; p["repository_id"] != "11" || p["values.x"] != "web" {
		t.Errorf("%v", p)
	}
}

func TestPullRequestParameters(t *testing.T) {
	want := generators.Params{
		"number": "12", "title": "Add", "branch": "feature/add_L4-Nodes", "branch_slug": "feature-add-l4-nodes",
		"target_branch": "main", "target_branch_slug": "main", "head_sha": "089d92cbf9ff",
		"head_short_sha": "089d92cb", "head_short_sha_7": "089d92c", "author": "ada", "values.x": "v-main",
	}
	spec := `{pullRequest: {github: {owner: acme, repo: web}, values: {x: "v-{{target_branch}}"}}}`
	rows := evaluate(t, spec, false)
	if diff := cmp.Diff(want, rows[0].Params); diff != "" {
		t.Error(diff)
	}
	if got := evaluate(t, subjects["pullRequest"], true)[0].Params["labels"]; !cmp.Equal(got, []string{"gpu"}) {
		t.Errorf("labels %v", got)
	}
	if diff := cmp.Diff([]string{"acme/web#12"}, rows[0].Origin.PullRequests()); diff != "" {
		t.Error(diff)
	}
}

// What a host lists is known under the names that rows carry, whatever selectors
// make of the rows.
func TestPullRequestListsAreWhatHostsAnswered(t *testing.T) {
	in := inputs(t)
	spec := `{matrix: {generators: [{list: {elements: [{l: a}, {l: b}, {l: none}]}},
		{pullRequest: {gitea: {api: 'https://git.example.com:3000/x', owner: acme, repo: web, labels: ['{{l}}']}}}]}, selector: {matchLabels: {l: a}}}`
	e := newEvaluatorOver(t, askOptions, in)
	if _, err := e.Evaluate("generators[0]", decode(t, spec)); err != nil {
		t.Fatal(err)
	}
	in.Answers = map[generators.Question]*generators.Answer{{Kind: "plugin", Spec: "{}"}: {}}
	for _, request := range e.Missing() {
		in.Answers[request.Question] = &generators.Answer{}
		for i, label := range []string{`"a"`, `"b"`} {
			if strings.Contains(request.Question.Spec, label) {
				in.Answers[request.Question].PullRequests = []generators.PullRequest{{Number: int64(i)}, {Number: int64(i + 10)}}
			}
		}
	}
	rows, err := evaluateWith(t, spec, askOptions, in)
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	lists := generators.PullRequestLists(in.Answers)
	if len(lists) != 3 || len(lists[2].PullRequests) != 0 {
		t.Fatalf("%+v", lists)
	}
	if diff := cmp.Diff([]string{"git.example.com:3000/acme/web#1", "git.example.com:3000/acme/web#11"}, lists[1].PullRequests); diff != "" {
		t.Error(diff)
	}
	for i, row := range rows {
		if row.Origin.Question != lists[0].Question || row.Origin.PullRequest != lists[0].PullRequests[i] || len(row.Origin.Questions()) != 1 {
			t.Errorf("row %+v, list %+v", row.Origin, lists[0])
		}
	}
}

// Argo CD cuts at 50 bytes, at a dash if there is one.
func TestBranchSlug(t *testing.T) {
	for branch, want := range map[string]string{
		"feature/add_L4-Nodes":         "feature-add-l4-nodes",
		"":                             "",
		"__x__":                        "x",
		"grün & schön@home":            "grun-and-schonathome",
		"日本":                           "ri-ben",
		strings.Repeat("a", 60):        strings.Repeat("a", 50),
		strings.Repeat("a", 50):        strings.Repeat("a", 50),
		strings.Repeat("ab_", 30):      "ab" + strings.Repeat("-ab", 16),
		strings.Repeat("a", 50) + "-b": strings.Repeat("a", 50),
	} {
		in := inputs(t)
		request := ask(t, `{pullRequest: {github: {owner: o, repo: r}}}`)
		in.Answers = map[generators.Question]*generators.Answer{
			request.Question: {PullRequests: []generators.PullRequest{{Branch: branch}}},
		}
		rows, err := evaluateWith(t, `{pullRequest: {github: {owner: o, repo: r}}}`, askOptions, in)
		if err != nil || rows[0].Params["branch_slug"] != want {
			t.Errorf("%q: %v, %v; want %s", branch, rows, err, want)
		}
	}
}

func TestPluginParameters(t *testing.T) {
	spec := `{plugin: {configMapRef: {name: p}, input: {parameters: {env: prod, count: 1000000}}, values: {v: "{{ .name }}-{{ .generator.input.parameters.env }}"}}}`
	input := map[string]any{"input": map[string]any{"parameters": map[string]any{"env": "prod", "count": int64(1000000)}}}
	want := generators.Params{
		"name": "eu", "n": 1e6, "deep": map[string]any{"k": []any{"v", nil}},
		"generator": input, "values": map[string]string{"v": "eu-prod"},
	}
	if diff := cmp.Diff(want, evaluate(t, spec, true)[0].Params); diff != "" {
		t.Error(diff)
	}
	want = generators.Params{
		"name": "eu", "n": "1e+06", "deep.k.0": "v", "deep.k.1": "<nil>",
		"generator": input, "values.v": "eu-{{generator.input.parameters.env}}",
	}
	spec = strings.NewReplacer("{{ .", "{{", " }}", "}}").Replace(spec)
	if diff := cmp.Diff(want, evaluate(t, spec, false)[0].Params); diff != "" {
		t.Error(diff)
	}
}

// A small reply whose keys repeat must not grow without bound.
func TestPluginReplyThatFlattensToMuchIsRefused(t *testing.T) {
	leaves := make([]any, 1000)
	for i := range leaves {
		leaves[i] = "x"
	}
	in := inputs(t)
	spec := `{plugin: {configMapRef: {name: p}}}`
	in.Answers = map[generators.Question]*generators.Answer{
		ask(t, spec).Question: {Replies: []map[string]any{{strings.Repeat("k", 100_000): leaves}}},
	}
	for _, goTemplate := range []bool{false, true} {
		opts := askOptions
		opts.GoTemplate = goTemplate
		if _, err := evaluateWith(t, spec, opts, in); err == nil || !strings.Contains(err.Error(), "parameters[0]: the reply's keys") {
			t.Errorf("goTemplate=%v: %v", goTemplate, err)
		}
	}
}

func TestDecisionParameters(t *testing.T) {
	spec := `{clusterDecisionResource: {configMapRef: c, name: n, values: {v: "{{.name}}"}}}`
	want := []generators.Row{
		{Params: generators.Params{"name": "eu", "server": "https://eu", "clusterName": "eu", "score": "90", "gpus": "map[l4:8]",
			"values": map[string]string{"v": "{{.name}}"}},
			Origin: generators.Origin{Generator: "generators[0].clusterDecisionResource", Cluster: "eu"}},
		{Params: generators.Params{"name": "us", "server": "https://us", "clusterName": "us",
			"values": map[string]string{"v": "{{.name}}"}},
			Origin: generators.Origin{Generator: "generators[0].clusterDecisionResource", Cluster: "us"}},
	}
	if diff := cmp.Diff(want, evaluate(t, spec, true)); diff != "" {
		t.Error(diff)
	}
	if got := evaluate(t, spec, false)[0].Params["values.v"]; got != "{{.name}}" {
		t.Errorf("values.v %v", got)
	}
}

func TestDecisionsMatchByName(t *testing.T) {
	spec := `{clusterDecisionResource: {configMapRef: c, name: n}}`
	local := clusters.Local()
	for _, test := range []struct {
		answer generators.Answer
		want   []string
	}{
		{generators.Answer{MatchKey: "", Decisions: []map[string]any{{"c": "eu"}}}, nil},
		{generators.Answer{MatchKey: "c", Decisions: []map[string]any{{"d": "eu"}, {"c": ""}, {"c": "https://eu"}}}, nil},
		{generators.Answer{MatchKey: "c", Decisions: []map[string]any{{"c": local.Name, "name": "own"}}}, []string{"own"}},
		{generators.Answer{MatchKey: "c", StatusListKey: "list", Decisions: []map[string]any{{"c": "eu"}, {"c": "eu"}}}, []string{"eu", "eu"}},
	} {
		in := inputs(t)
		in.Answers = map[generators.Question]*generators.Answer{ask(t, spec).Question: &test.answer}
		rows, err := evaluateWith(t, spec, askOptions, in)
		var got []string
		origins := map[generators.Origin]bool{}
		for _, row := range rows {
			got = append(got, row.Params["name"].(string))
			origins[row.Origin] = true
		}
		if err != nil || !cmp.Equal(test.want, got) || len(origins) != len(rows) {
			t.Errorf("%+v: %v, %v", test.answer, rows, err)
		}
	}
}

var askOptions = generators.Options{Namespace: "team", Name: "apps"}

// ask evaluates a generator that asks one question.
func ask(t *testing.T, spec string) generators.Request {
	t.Helper()
	e := newEvaluatorOver(t, askOptions, inputs(t))
	parts, err := e.Evaluate("generators[0]", decode(t, spec))
	if err != nil || len(e.Missing()) != 1 {
		t.Fatalf("%v, %v, %v", parts, e.Missing(), err)
	}
	return e.Missing()[0]
}
