package explain_test

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/explain"
)

// fleet is oslo, pune and lima, and the implicit in-cluster.
func fleet(t *testing.T) *clusters.Inventory {
	t.Helper()
	inventory, err := clusters.NewInventory([]clusters.Cluster{
		{Name: "oslo", Server: "https://oslo/", Labels: map[string]string{"env": "prod", "region": "eu", "fleet.example.com/ring": "0"},
			Annotations: map[string]string{"owner": "a"}, Facts: map[string]any{"gpus": 8}},
		{Name: "pune", Server: "https://pune", Labels: map[string]string{"Env": "prod", "region": "in"}, Secret: true, Origin: "secret argocd/pune"},
		{Name: "lima", Server: "https://lima", Labels: map[string]string{"env": "Prod"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return inventory
}

// set has the generators and template given, and places rows by name.
func set(t *testing.T, generators, template string) *v1alpha1.ApplicationSet {
	t.Helper()
	if template == "" {
		template = "{metadata: {name: 'web-{{.name}}'}, spec: {destination: {name: '{{.name}}'}}}"
	}
	out := &v1alpha1.ApplicationSet{}
	text := "metadata: {name: web, namespace: argocd}\nspec:\n  goTemplate: true\n  goTemplateOptions: [missingkey=error]\n" +
		"  generators: " + generators + "\n  template: " + template
	if err := yaml.Unmarshal([]byte(text), out); err != nil {
		t.Fatal(err)
	}
	return out
}

// ask answers from a repository with the directory apps/a.
func ask(t *testing.T, s *v1alpha1.ApplicationSet, cluster string) explain.Answer {
	t.Helper()
	inventory := fleet(t)
	in := expand.Inputs{Repositories: map[expand.Repository]*generators.Tree{
		{URL: "r"}: {Dirs: []string{"apps", "apps/a"}, Files: []string{"conf/oslo.yaml"}, FS: fstest.MapFS{"conf/oslo.yaml": {Data: []byte("name: oslo")}}},
	}}
	answer, err := explain.Explain(explain.Question{Set: s, Cluster: cluster, Inventory: inventory,
		Expand: func(s *v1alpha1.ApplicationSet, over *clusters.Inventory) (expand.Result, error) {
			in := in
			in.Clusters = over
			return expand.Expand(s, in, expand.Options{}), nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestReasons(t *testing.T) {
	const matched = "matchLabels: {env: prod}"
	for name, c := range map[string]struct {
		generators, template, cluster string
		code                          explain.Code
		at, message, nearest, change  string
	}{
		"a row": {"[{clusters: {selector: {" + matched + "}}}]", "", "oslo",
			explain.CodeRow, "generators[0].clusters", `application web-oslo, from generators[0].clusters, cluster "oslo"`, "", ""},
		"a row by server": {"[{list: {elements: [{name: x}]}}]", "{metadata: {name: x}, spec: {destination: {server: https://oslo}}}", "oslo",
			explain.CodeRow, "generators[0].list", "application x", "", ""},
		"a label's key in another case": {"[{clusters: {selector: {" + matched + "}}}]", "", "pune",
			explain.CodeSelector, "generators[0].clusters", "selector term env=prod: the cluster has no env", "label Env=prod", "label its secret argocd/pune: env=prod"},
		"a label's value in another case": {"[{clusters: {selector: {" + matched + "}}}]", "", "lima",
			explain.CodeSelector, "generators[0].clusters", "the cluster has env=Prod", `value "Prod" is like "prod"`, "fairlead cluster label lima env=prod"},
		"a misspelt key": {"[{clusters: {selector: {matchExpressions: [{key: regoin, operator: Exists}]}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "selector term regoin Exists", "label region=eu", "write region for regoin in the selector of generators[0].clusters"},
		"a key without its prefix": {"[{clusters: {selector: {matchLabels: {ring: '0'}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "ring=0", "label fleet.example.com/ring=0", "write fleet.example.com/ring for ring in the selector"},
		"an annotation": {"[{clusters: {selector: {matchLabels: {owner: a}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "no owner", "annotation owner=a: selectors read labels only", "owner=a"},
		"a fact": {"[{clusters: {selector: {matchLabels: {gpus: '8'}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "no gpus", "fact gpus=8: selectors read labels only", "gpus=8"},
		"a forbidden value": {"[{clusters: {selector: {matchExpressions: [{key: region, operator: NotIn, values: [eu, in]}]}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "region NotIn (eu, in): the cluster has region=eu", "", "fairlead cluster label oslo region-"},
		"the implicit cluster": {"[{clusters: {selector: {" + matched + "}}}]", "", "in-cluster",
			explain.CodeSelector, "generators[0].clusters", "never takes the implicit in-cluster", "", "declare the cluster"},
		"the first term in order": {"[{clusters: {selector: {matchLabels: {region: xx, env: dev}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "env=dev", "", ""},
		"a post-selector": {"[{clusters: {}, selector: {matchLabels: {metadata.labels.region: eu}}}]",
			"{metadata: {name: 'web-{{.name}}'}, spec: {destination: {name: '{{.name}}'}}}", "pune",
			explain.CodePostSelector, "generators[0].clusters", "metadata.labels.region=eu of the generator leaves its rows out: they have metadata.labels.region=in", "", ""},
		"a post-selector of a list": {"[{list: {elements: [{name: oslo, tier: edge}]}, selector: {matchLabels: {tier: hub}}}]", "", "oslo",
			explain.CodePostSelector, "generators[0].list", "tier=hub", "", ""},
		"a missing key": {"[{clusters: {}}]", "{metadata: {name: 'web-{{.metadata.labels.env}}'}, spec: {destination: {name: '{{.name}}'}}}", "pune",
			explain.CodeRender, "generators[0].clusters", `key "env" is missing for cluster "pune"`, "label Env=prod", "label its secret argocd/pune: env=VALUE"},
		"a name that is taken": {"[{clusters: {}}]", "{metadata: {name: web}, spec: {destination: {name: '{{.name}}'}}}", "oslo",
			explain.CodeDuplicate, "generators[0].clusters", `application "web" is produced by several rows`, "", "template.metadata.name"},
		"a destination elsewhere": {"[{clusters: {}}]", "{metadata: {name: 'web-{{.name}}'}, spec: {destination: {name: in-cluster}}}", "oslo",
			explain.CodeDestination, "generators[0].clusters", `application web-oslo, whose destination is name "in-cluster"`, "", ""},
		"a list of others": {"[{list: {elements: [{name: Oslo}]}}]", "", "oslo",
			explain.CodeDestination, "generators[0].list", `it gives 1 application, whose destination is name "Oslo"`, "destination Oslo", `name "oslo" or server`},
		"an empty leg": {"[{matrix: {generators: [{clusters: {}}, {git: {repoURL: r, revision: '', directories: [{path: none/*}]}}]}}]", "", "oslo",
			explain.CodeEmpty, "generators[0].matrix[1].git", "gives no rows", "", ""},
		"an empty first leg": {"[{matrix: {generators: [{git: {repoURL: r, revision: '', directories: [{path: none/*}]}}, {clusters: {}}]}}]", "", "oslo",
			explain.CodeEmpty, "generators[0].matrix[0].git", "gives no rows", "", ""},
		"a leg's selector": {"[{matrix: {generators: [{git: {repoURL: r, revision: '', directories: [{path: apps/*}]}}, {clusters: {selector: {" + matched + "}}}]}}]", "", "lima",
			explain.CodeSelector, "generators[0].matrix[1].clusters", "env=prod", `value "Prod" is like "prod"`, ""},
		"a templated selector": {"[{matrix: {generators: [{list: {elements: [{r: us}]}}, {clusters: {selector: {matchLabels: {region: '{{.r}}'}}}}]}}]", "", "oslo",
			explain.CodeSelector, "generators[0].matrix[1].clusters", "selector region={{.r}}: no earlier row has values", "", ""},
		"a merge key": {"[{merge: {mergeKeys: [name], generators: [{list: {elements: [{name: pune}]}}, {clusters: {}}]}}]", "", "oslo",
			explain.CodeMergeKey, "generators[0].merge[1].clusters", "no row of generators[0].merge[0].list in the merge keys name", "", ""},
		"the first leg of a merge": {"[{merge: {mergeKeys: [name], generators: [{clusters: {selector: {" + matched + "}}}, {clusters: {}}]}}]", "", "lima",
			explain.CodeMergeKey, "generators[0].merge[1].clusters", "no row of generators[0].merge[0].clusters", "", ""},
		"a failed generator": {"[{git: {repoURL: r, revision: ''}}]", "", "oslo",
			explain.CodeExpansion, "", "neither directories nor files", "", ""},
		"several terms": {"[{clusters: {selector: {matchLabels: {env: prod}, matchExpressions: [{key: region, operator: NotIn, values: [in]}]}}}]", "", "pune",
			explain.CodeSelector, "generators[0].clusters", "env=prod: the cluster has no env; selector term region NotIn (in): the cluster has region=in",
			"label Env=prod", "label its secret argocd/pune: env=prod region-"},
		"a label that another cluster has": {"[{clusters: {selector: {matchLabels: {region: eu}}}}]", "", "lima",
			explain.CodeSelector, "generators[0].clusters", "the cluster has no region", "", "fairlead cluster label lima region=eu"},
		"terms that contradict": {"[{clusters: {selector: {matchLabels: {env: a}, matchExpressions: [{key: env, operator: NotIn, values: [a]}]}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "env=a", "", "no labels meet all"},
		"a rejected element, by server": {"[{list: {elements: [{name: a, region: ap, server: 'https://pune'}, {name: b, server: 'https://oslo'}]}}]",
			"{metadata: {name: '{{.name}}-{{.region}}'}, spec: {destination: {server: '{{.server}}'}}}", "oslo",
			explain.CodeRender, "generators[0].list", `its row was rejected: template.metadata.name: key "region" is missing for elements[1]`, "", `give elements[1] the key "region"`},
		"a rejected element, by a parameter": {"[{list: {elements: [{where: oslo}]}}]", "", "oslo",
			explain.CodeRender, "generators[0].list", `key "name" is missing for elements[0]`, "", `give elements[0] the key "name"`},
		"a rejected element, by the generator's template": {"[{list: {elements: [{where: oslo}], template: {metadata: {name: '{{.x}}'}, spec: {project: '', destination: {name: '{{.where}}'}}}}}]",
			"{metadata: {name: a}, spec: {destination: {name: lima}}}", "oslo",
			explain.CodeRender, "generators[0].list", `key "x" is missing for elements[0]`, "", ""},
		"a rejected file": {"[{git: {repoURL: r, revision: '', files: [{path: conf/*.yaml}]}}]",
			"{metadata: {name: '{{.name}}-{{.region}}'}, spec: {destination: {name: '{{.name}}'}}}", "oslo",
			explain.CodeRender, "generators[0].git", `key "region" is missing for file conf/oslo.yaml`, "", `give file conf/oslo.yaml the key "region"`},
		"a name that two generators take": {"[{clusters: {}}, {clusters: {selector: {" + matched + "}}}]", "", "oslo",
			explain.CodeDuplicate, "generators[0].clusters", `application "web-oslo"`, "", "narrow one of the generators generators[0].clusters and generators[1].clusters"},
		"a name that legs multiply": {"[{matrix: {generators: [{clusters: {}}, {list: {elements: [{a: b}, {a: c}]}}]}}]", "", "oslo",
			explain.CodeDuplicate, "generators[0].matrix", `application "web-oslo"`, "", "what tells the cluster's rows apart"},
		"a misspelt destination": {"[{clusters: {}}]", "{metadata: {name: 'web-{{.name}}'}, spec: {destination: {name: olso}}}", "oslo",
			explain.CodeDestination, "generators[0].clusters", `whose destination is name "olso"`, "destination olso", "the row's own name or server"},
		"a key that a leg lacks": {"[{matrix: {generators: [{clusters: {}}, {git: {repoURL: r, revision: '', files: [{path: '{{.metadata.labels.tier}}/*'}]}}]}}]", "", "oslo",
			explain.CodeExpansion, "", `key "metadata" is missing`, "", `give cluster "in-cluster" the key "metadata", or let generators[0].matrix[1].git do without`},
		"no generator at all": {"[{}]", "", "oslo", explain.CodeEmpty, "", "no generator that is known", "", ""},
		"the generator that came furthest": {"[{list: {elements: [{name: x}]}}, {clusters: {selector: {matchLabels: {env: dev}}}}]", "", "oslo",
			explain.CodeSelector, "generators[1].clusters", "env=dev", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := ask(t, set(t, c.generators, c.template), c.cluster)
			if a.Reason.Code != c.code || a.Reason.Generator != c.at || a.Yes != (c.code == explain.CodeRow) {
				t.Errorf("got yes=%v, %s at %q, want %s at %q: %s", a.Yes, a.Reason.Code, a.Reason.Generator, c.code, c.at, a.Reason.Message)
			}
			for what, pair := range map[string][2]string{
				"message": {a.Reason.Message, c.message}, "nearest": {a.Reason.Nearest, c.nearest}, "change": {a.Reason.Change, c.change},
			} {
				if !strings.Contains(pair[0], pair[1]) {
					t.Errorf("%s %q does not hold %q", what, pair[0], pair[1])
				}
			}
			if c.nearest == "" && c.code == explain.CodeSelector && a.Reason.Nearest != "" {
				t.Errorf("nearest %q came unasked", a.Reason.Nearest)
			}
		})
	}
}

func TestRejectedRowsOfOthersAreNoted(t *testing.T) {
	a := ask(t, set(t, "[{clusters: {selector: {matchLabels: {region: in}}}}]", "{metadata: {name: '{{.region}}'}, spec: {destination: {name: '{{.name}}'}}}"), "oslo")
	if a.Reason.Code != explain.CodeSelector || len(a.Notes) != 1 || !strings.HasPrefix(a.Notes[0], "1 row was rejected too") {
		t.Errorf("%s, notes %q", a.Reason, a.Notes)
	}
}

func TestUnknownClusters(t *testing.T) {
	for name, want := range map[string]string{"Oslo": `did you mean "oslo"?`, "osl": `did you mean "oslo"?`, "tokyo": "has 3 clusters and the implicit in-cluster, none of that name"} {
		_, err := explain.Explain(explain.Question{Set: set(t, "[]", ""), Cluster: name, Inventory: fleet(t)})
		if !errors.Is(err, explain.ErrUnknownCluster) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
