package explain_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
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
	in := expand.Inputs{Clusters: inventory, Repositories: map[expand.Repository]*generators.Tree{
		{URL: "r"}: {Dirs: []string{"apps", "apps/a"}, FS: fstest.MapFS{}},
	}}
	answer, err := explain.Explain(explain.Question{Set: s, Cluster: cluster, Inventory: inventory,
		Expand: func(s *v1alpha1.ApplicationSet) (expand.Result, error) {
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
			explain.CodeSelector, "generators[0].clusters", "selector term regoin Exists", "label region=eu", "fairlead cluster label oslo regoin=VALUE"},
		"a key without its prefix": {"[{clusters: {selector: {matchLabels: {ring: '0'}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "ring=0", "label fleet.example.com/ring=0", "label oslo ring=0"},
		"an annotation": {"[{clusters: {selector: {matchLabels: {owner: a}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "no owner", "annotation owner=a: selectors read labels only", "owner=a"},
		"a fact": {"[{clusters: {selector: {matchLabels: {gpus: '8'}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "no gpus", "fact gpus=8: selectors read labels only", "gpus=8"},
		"a forbidden value": {"[{clusters: {selector: {matchExpressions: [{key: region, operator: NotIn, values: [eu, in]}]}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "region NotIn (eu, in): the cluster has region=eu", "", "fairlead cluster label oslo region-"},
		"the implicit cluster": {"[{clusters: {selector: {" + matched + "}}}]", "", "in-cluster",
			explain.CodeSelector, "generators[0].clusters", "no object declares the cluster", "", "declare the cluster"},
		"the first term in order": {"[{clusters: {selector: {matchLabels: {region: xx, env: dev}}}}]", "", "oslo",
			explain.CodeSelector, "generators[0].clusters", "env=dev", "", ""},
		"a post-selector": {"[{clusters: {}, selector: {matchLabels: {metadata.labels.region: eu}}}]",
			"{metadata: {name: 'web-{{.name}}'}, spec: {destination: {name: '{{.name}}'}}}", "pune",
			explain.CodePostSelector, "generators[0].clusters", "metadata.labels.region=eu of the generator leaves its rows out: they have metadata.labels.region=in", "", ""},
		"a post-selector of a list": {"[{list: {elements: [{name: oslo, tier: edge}]}, selector: {matchLabels: {tier: hub}}}]", "", "oslo",
			explain.CodePostSelector, "generators[0].list", "tier=hub", "", ""},
		"a missing key": {"[{clusters: {}}]", "{metadata: {name: 'web-{{.metadata.labels.env}}'}, spec: {destination: {name: '{{.name}}'}}}", "pune",
			explain.CodeRender, "generators[0].clusters", `key "env" is missing for cluster "pune"`, "label Env=prod", `the key "env"`},
		"a name that is taken": {"[{clusters: {}}]", "{metadata: {name: web}, spec: {destination: {name: '{{.name}}'}}}", "oslo",
			explain.CodeDuplicate, "generators[0].clusters", `application "web" is produced by several rows`, "", "template.metadata.name"},
		"a destination elsewhere": {"[{clusters: {}}]", "{metadata: {name: 'web-{{.name}}'}, spec: {destination: {name: in-cluster}}}", "oslo",
			explain.CodeDestination, "generators[0].clusters", `application web-oslo, whose destination is name "in-cluster"`, "", ""},
		"a list of others": {"[{list: {elements: [{name: Oslo}]}}]", "", "oslo",
			explain.CodeDestination, "generators[0].list", "none of its 1 applications", "destination Oslo", `name "oslo" or server`},
		"an empty leg": {"[{matrix: {generators: [{clusters: {}}, {git: {repoURL: r, revision: '', directories: [{path: none/*}]}}]}}]", "", "oslo",
			explain.CodeEmpty, "generators[0].matrix[1].git", "gives no rows", "", ""},
		"an empty first leg": {"[{matrix: {generators: [{git: {repoURL: r, revision: '', directories: [{path: none/*}]}}, {clusters: {}}]}}]", "", "oslo",
			explain.CodeEmpty, "generators[0].matrix[0].git", "gives no rows", "", ""},
		"a leg's selector": {"[{matrix: {generators: [{git: {repoURL: r, revision: '', directories: [{path: apps/*}]}}, {clusters: {selector: {" + matched + "}}}]}}]", "", "lima",
			explain.CodeSelector, "generators[0].matrix[1].clusters", "env=prod", `value "Prod" is like "prod"`, ""},
		"a templated selector": {"[{matrix: {generators: [{list: {elements: [{r: us}]}}, {clusters: {selector: {matchLabels: {region: '{{.r}}'}}}}]}}]", "", "oslo",
			explain.CodeSelector, "generators[0].matrix[1].clusters", "with the values of no earlier row", "", ""},
		"a merge key": {"[{merge: {mergeKeys: [name], generators: [{list: {elements: [{name: pune}]}}, {clusters: {}}]}}]", "", "oslo",
			explain.CodeMergeKey, "generators[0].merge[1].clusters", "no row of generators[0].merge[0].list in the merge keys name", "", ""},
		"the first leg of a merge": {"[{merge: {mergeKeys: [name], generators: [{clusters: {selector: {" + matched + "}}}, {clusters: {}}]}}]", "", "lima",
			explain.CodeMergeKey, "generators[0].merge[1].clusters", "no row of generators[0].merge[0].clusters", "", ""},
		"a failed generator": {"[{git: {repoURL: r, revision: ''}}]", "", "oslo",
			explain.CodeExpansion, "", "neither directories nor files", "", ""},
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

func TestHolds(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*v1alpha1.ApplicationSet)
		cluster string
		want    []string
	}{
		"none": {func(*v1alpha1.ApplicationSet) {}, "oslo", nil},
		"create-only, yes": {policy(v1alpha1.ApplicationsSyncPolicyCreateOnly), "oslo",
			[]string{"policy: applicationsSync is create-only: an application that exists is not changed"}},
		"create-update, yes": {policy(v1alpha1.ApplicationsSyncPolicyCreateUpdate), "oslo", nil},
		"create-update, no": {policy(v1alpha1.ApplicationsSyncPolicyCreateUpdate), "lima",
			[]string{"policy: applicationsSync is create-update: an application that exists is not deleted"}},
		"a guard": {func(s *v1alpha1.ApplicationSet) {
			s.Status.Conditions = []v1alpha1.ApplicationSetCondition{{Type: v1alpha1.ApplicationSetConditionDeletionsHeld,
				Status: v1alpha1.ApplicationSetConditionStatusTrue, Message: "4 of 4 are held"}}
			s.Status.DeletionsHeld = &v1alpha1.DeletionsHeld{Digest: "d1", Victims: []v1alpha1.DeletionVictim{{Name: "web-lima", Cluster: "lima"}}}
		}, "lima", []string{"guard: 4 of 4 are held", "guard: the deletion of application web-lima waits for approval of d1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := set(t, "[{clusters: {selector: {matchLabels: {env: prod}}}}]", "")
			c.change(s)
			if diff := cmp.Diff(c.want, ask(t, s, c.cluster).Holds); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestARejectedRowHoldsWhatTheClusterHas(t *testing.T) {
	a := ask(t, set(t, "[{clusters: {}}]", "{metadata: {name: 'web-{{.metadata.labels.env}}'}, spec: {destination: {name: '{{.name}}'}}}"), "pune")
	if !slices.ContainsFunc(a.Holds, func(h string) bool { return strings.HasPrefix(h, "render: generators[0].clusters") }) {
		t.Errorf("holds %q", a.Holds)
	}
}

func policy(p v1alpha1.ApplicationsSyncPolicy) func(*v1alpha1.ApplicationSet) {
	return func(s *v1alpha1.ApplicationSet) {
		s.Spec.SyncPolicy = &v1alpha1.ApplicationSetSyncPolicy{ApplicationsSync: &p}
	}
}

func TestUnknownClusters(t *testing.T) {
	for name, want := range map[string]string{"Oslo": `did you mean "oslo"?`, "osl": `did you mean "oslo"?`, "tokyo": "none of that name"} {
		_, err := explain.Explain(explain.Question{Set: set(t, "[]", ""), Cluster: name, Inventory: fleet(t)})
		if !errors.Is(err, explain.ErrUnknownCluster) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
