package generators_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
)

func params(rows []generators.Row) []generators.Params {
	out := []generators.Params{}
	for _, row := range rows {
		out = append(out, row.Params)
	}
	return out
}

func TestParams(t *testing.T) {
	type list = []generators.Params
	for _, c := range []struct {
		why, spec  string
		goTemplate bool
		want       list
	}{
		{"clusters are flat in fasttemplate mode",
			`{clusters: {selector: {matchLabels: {env: dev}}, values: {v: 'in {{metadata.labels.region}}'}}}`, false,
			list{{"name": "us", "nameNormalized": "us", "server": "https://us", "project": "",
				"metadata.labels.env": "dev", "metadata.labels.region": "us-east", "values.v": "in us-east"}}},
		{"clusters are nested in Go templates",
			`{clusters: {selector: {matchLabels: {env: dev}}, values: {v: 'in {{.metadata.labels.region}}'}}}`, true,
			list{{"name": "us", "nameNormalized": "us", "server": "https://us", "project": "",
				"metadata": map[string]any{"labels": map[string]string{"env": "dev", "region": "us-east"}},
				"values":   map[string]string{"v": "in us-east"}}}},
		{"a flat list is one row",
			`{clusters: {flatList: true, selector: {matchLabels: {env: prod}}}}`, false,
			list{{"clusters": []map[string]any{{"name": "eu", "nameNormalized": "eu", "server": "https://eu", "project": "",
				"metadata.labels.env": "prod"}}}}},
		{"files are flattened, big numbers as Go prints them",
			`{git: {repoURL: r, revision: main, files: [{path: conf/one.yaml}], pathParamPrefix: f}}`, false,
			list{{"num": "1", "list.0.k": "v", "big": "1e+06", "f.path": "conf", "f.path.basename": "conf",
				"f.path.basenameNormalized": "conf", "f.path.filename": "one.yaml", "f.path.filenameNormalized": "one.yaml",
				"f.path[0]": "conf"}}},
		{"Git's patterns cross directories, and exclusion wins",
			`{git: {repoURL: r, revision: main, files: [{path: 'conf/*.yaml'}, {path: 'conf/[ot]*', exclude: true}], values: {id: '{{.id}}'}}}`, true,
			list{{"id": 4.0, "values": map[string]string{"id": "4"}, "path": map[string]any{
				"path": "conf/deep", "basename": "deep", "basenameNormalized": "deep",
				"filename": "three.yaml", "filenameNormalized": "three.yaml", "segments": []string{"conf", "deep"}}}}},
		{"the later leg sees the earlier; the earlier wins",
			`{matrix: {generators: [{list: {elements: [{a: "1", m: {x: first, w: kept}}]}},
				{list: {elements: [{a: "2", b: '{{.a}}', m: {x: second, z: added}}]}}]}}`, true,
			list{{"a": "1", "b": "1", "m": map[string]any{"x": "first", "w": "kept", "z": "added"}}}},
		{"a matrix of three legs",
			`{matrix: {generators: [{list: {elements: [{a: x}]}}, {list: {elements: [{b: '{{a}}y'}]}}, {list: {elements: [{c: '{{b}}z'}]}}]}}`, false,
			list{{"a": "x", "b": "xy", "c": "xyz"}}},
		{"values that the earlier leg cannot resolve stay for the generator",
			`{matrix: {generators: [{list: {elements: [{a: one}]}},
				{clusters: {selector: {matchLabels: {env: dev}}, values: {both: '{{.a}}', own: '{{.name}}'}}}]}}`, true,
			list{{"a": "one", "name": "us", "nameNormalized": "us", "server": "https://us", "project": "",
				"metadata": map[string]any{"labels": map[string]string{"env": "dev", "region": "us-east"}},
				"values":   map[string]string{"both": "one", "own": "us"}}}},
		{"merge keeps rows that nothing matches",
			`{merge: {mergeKeys: [k], generators: [{list: {elements: [{k: "1", v: a}, {k: "2", v: b}]}},
				{list: {elements: [{k: "2", v: c}, {k: "3", v: d}]}}]}}`, true,
			list{{"k": "1", "v": "a"}, {"k": "2", "v": "c"}}},
	} {
		if diff := cmp.Diff(c.want, params(evaluate(t, c.spec, c.goTemplate))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.why, diff)
		}
	}
}

func TestFactsStandApartFromLabels(t *testing.T) {
	inventory, err := clusters.NewInventory([]clusters.Cluster{{
		Name: "in-cluster", Labels: map[string]string{"gpus": "none"}, Facts: map[string]any{"gpus": int64(8)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	in := generators.Inputs{Clusters: inventory}
	rows, err := evaluateWith(t, `{clusters: {}}`, generators.Options{}, in)
	if err != nil {
		t.Fatal(err)
	}
	if got := rows[0].Params; got["facts.gpus"] != "8" || got["metadata.labels.gpus"] != "none" {
		t.Errorf("params %v", got)
	}
	rows, err = evaluateWith(t, `{clusters: {selector: {matchLabels: {gpus: "8"}}}}`, generators.Options{}, in)
	if err != nil || len(rows) != 0 {
		t.Errorf("a fact was selected on: %v, %v", rows, err)
	}
}

func TestErrorsNameGeneratorFieldAndCluster(t *testing.T) {
	for _, c := range []struct{ spec, want string }{
		{`{matrix: {generators: [{clusters: {selector: {matchLabels: {env: prod}}}},
			{git: {repoURL: r, revision: main, files: [{path: 'conf/{{.metadata.labels.region}}.yaml'}]}}]}}`,
			`generators[0].matrix[1].git: files[0].path: key "region" is missing for cluster "eu"`},
		{`{clusters: {values: {r: '{{.metadata.labels.region}}'}}}`,
			`generators[0].clusters: values["r"]: key "region" is missing for cluster "eu"`},
		{`{matrix: {generators: [{list: {elements: []}}, {}]}}`, `generators[0].matrix[1]: holds no generator`},
		{`{matrix: {generators: [{list: {elements: []}}]}}`, `generators[0].matrix: holds 1 generators; at least two are needed`},
		{`{matrix: {generators: [{list: {elements: []}, clusters: {}}, {list: {}}]}}`,
			`generators[0].matrix[0]: holds both list and clusters: one generator each`},
		{`{matrix: {generators: [{list: {elements: [{}]}}, {matrix: {generators: [{clusters: {}}, {plugin: {}}]}}]}}`,
			`generators[0].matrix[1].matrix[1].plugin: configMapRef.name is empty: name the ConfigMap that says where the plugin is`},
		{`{git: {repoURL: r, revision: main}}`, `generators[0].git: neither directories nor files are given`},
		{`{git: {repoURL: r, revision: main, files: [{path: ../etc/passwd}]}}`,
			`generators[0].git: files[0].path: "../etc/passwd" is outside the repository`},
	} {
		_, err := evaluateWith(t, c.spec, generators.Options{GoTemplate: true}, inputs(t))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n got %v\nwant %s", c.spec, err, c.want)
		}
	}
}

func TestPathGlobs(t *testing.T) {
	opts := generators.Options{GoTemplate: true, NewGitFileGlobbing: true}
	spec := func(path string) string {
		return `{git: {repoURL: r, revision: main, files: [{path: '` + path + `'}]}}`
	}
	for path, want := range map[string]int{"conf/*.yaml": 3, "conf/**/*.yaml": 4, "conf/{one,two}.yaml": 3, "../conf/*.yaml": 0} {
		rows, err := evaluateWith(t, spec(path), opts, inputs(t))
		if err != nil || len(rows) != want {
			t.Errorf("%s: %d rows, %v; want %d", path, len(rows), err, want)
		}
	}
	for _, path := range []string{"conf/**", "apps/*", "conf/[", "."} {
		if _, err := evaluateWith(t, spec(path), opts, inputs(t)); err == nil || !strings.Contains(err.Error(), "files[0].path") {
			t.Errorf("%s: want an error, got %v", path, err)
		}
	}
}

func TestMissingRepositoriesAreAskedForOnce(t *testing.T) {
	spec := `{matrix: {generators: [{clusters: {}},
		{git: {repoURL: 'https://git/{{.name}}', revision: main, files: [{path: '{{.server}}.yaml'}, {path: common.yaml}]}}]}}`
	e := newEvaluator(t, generators.Options{GoTemplate: true})
	for range 2 {
		if _, err := e.Evaluate("generators[0]", decode(t, spec)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, r := range e.Missing() {
		got = append(got, r.String()+" "+strings.Join(r.Files, ","))
	}
	want := []string{
		"https://git/eu@main common.yaml,https://eu.yaml",
		"https://git/in-cluster@main common.yaml,https://kubernetes.default.svc.yaml",
		"https://git/us@main common.yaml,https://us.yaml",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
