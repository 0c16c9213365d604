package expand_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/templates"
)

// Row B10 of the bad inputs: one bad element is rejected by name, the others
// proceed.
func TestOneBadRowIsRejected(t *testing.T) {
	set := decode(t, `
goTemplate: true
goTemplateOptions: [missingkey=error]
generators: [{clusters: {}}]
template: {metadata: {name: '{{ .name }}'}, spec: {source: {path: 'sites/{{ .metadata.labels.region }}'}}}
`)
	result := expand.Expand(set, expand.Inputs{Clusters: fleet(t,
		clusters.Cluster{Name: "eu", Server: "https://eu", Labels: map[string]string{"region": "eu-1"}},
		clusters.Cluster{Name: "hub", Server: "https://kubernetes.default.svc", Labels: map[string]string{"a": "b"}},
	)}, expand.Options{})
	if result.Err != nil || len(result.Applications) != 1 || result.Applications[0].Name != "eu" {
		t.Fatalf("applications %v, %v", names(result), result.Err)
	}
	want := `generators[0].clusters: template.spec.source.path: key "region" is missing for cluster "hub"`
	if len(result.Rejected) != 1 || result.Rejected[0].Err.Error() != want {
		t.Errorf("rejected %v, want %s", result.Rejected, want)
	}
	if got := result.Rejected[0].Origin.Cluster; got != "hub" {
		t.Errorf("origin %q", got)
	}
}

// Row B9: two rows of one name are refused, both sources named.
func TestDuplicateNamesAreRefused(t *testing.T) {
	set := decode(t, `
generators: [{list: {elements: [{app: a}, {app: b}, {app: a}]}}, {list: {elements: [{app: a}]}}]
template: {metadata: {name: '{{app}}'}}
`)
	result := expand.Expand(set, expand.Inputs{}, expand.Options{})
	if !cmp.Equal(names(result), []string{"b"}) || len(result.Duplicates) != 1 {
		t.Fatalf("applications %v, duplicates %v", names(result), result.Duplicates)
	}
	want := `application "a" is produced by several rows: generators[0].list, elements[0]; ` +
		`generators[0].list, elements[2]; generators[1].list, elements[0]`
	if d := result.Duplicates[0]; d.Error() != want || len(d.Applications) != 3 {
		t.Errorf("got %v with %d applications, want %s", d, len(d.Applications), want)
	}
}

// Rows B3 and B6: one failed generator or leg fails the set as a whole.
func TestOneFailedGeneratorFailsTheSet(t *testing.T) {
	for _, bad := range []string{
		`{plugin: {}}`,
		`{matrix: {generators: [{list: {elements: [{a: b}]}}, {scmProvider: {}}]}}`,
		`{list: {elements: [{n: 1}]}}`,
		`{clusters: {selector: {matchExpressions: [{key: a, operator: Near}]}}}`,
	} {
		set := decode(t, `
generators: [{list: {elements: [{app: a}]}}, `+bad+`]
template: {metadata: {name: '{{app}}'}}
`)
		result := expand.Expand(set, expand.Inputs{}, expand.Options{})
		if result.Err == nil || !strings.Contains(result.Err.Error(), "generators[1].") || len(result.Applications) > 0 {
			t.Errorf("%s: %v, %v", bad, names(result), result.Err)
		}
	}
}

func TestMissingComesBeforeApplications(t *testing.T) {
	set := decode(t, `
generators:
- list: {elements: [{app: a}]}
- git: {repoURL: r, revision: main, directories: [{path: '*'}]}
template: {metadata: {name: '{{app}}'}}
`)
	result := expand.Expand(set, expand.Inputs{}, expand.Options{})
	want := []expand.Request{{Path: "generators[1].git", Repository: expand.Repository{URL: "r", Revision: "main"}}}
	if diff := cmp.Diff(want, result.Missing); diff != "" || len(result.Applications) > 0 || result.Err != nil {
		t.Errorf("%v, %v\n%s", names(result), result.Err, diff)
	}
}

func TestHostileSetEndsSoon(t *testing.T) {
	elements := strings.Repeat("{app: a},", 5000)
	set := decode(t, `
goTemplate: true
generators: [{list: {elements: [`+elements+`]}}]
template: {metadata: {name: '{{ range 99000 }}{{ end }}{{ .app }}'}}
`)
	result := expand.Expand(set, expand.Inputs{}, expand.Options{
		Budget: templates.Budget{TotalSteps: 300_000},
	})
	if !errors.Is(result.Err, templates.ErrBudget) {
		t.Errorf("want the budget of the whole set to end it, got %v", result.Err)
	}
}

func TestWhatApplicationsCarry(t *testing.T) {
	set := decode(t, `
generators: [{list: {elements: [{app: a}]}}, {list: {elements: [{app: b}], template: {metadata: {finalizers: [own]}, spec: {project: special}}}}]
template: {metadata: {name: '{{app}}', namespace: elsewhere}, spec: {source: {repoURL: r}}}
`)
	result := expand.Expand(set, expand.Inputs{}, expand.Options{})
	if result.Err != nil || len(result.Applications) != 2 {
		t.Fatal(names(result), result.Err)
	}
	a, b := result.Applications[0], result.Applications[1]
	if a.Kind != "Application" || a.APIVersion != "argoproj.io/v1alpha1" || a.Namespace != "argocd" || a.Spec.Project != "default" {
		t.Errorf("%s %s in %s of project %q", a.APIVersion, a.Kind, a.Namespace, a.Spec.Project)
	}
	if !cmp.Equal(a.Finalizers, []string{v1alpha1.ResourcesFinalizerName}) || !cmp.Equal(b.Finalizers, []string{"own"}) {
		t.Errorf("finalizers %v and %v", a.Finalizers, b.Finalizers)
	}
	if b.Spec.Project != "special" || b.Spec.Source.RepoURL != "r" {
		t.Errorf("the override gave %+v", b.Spec)
	}
}

func TestNormalizeAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		set := &v1alpha1.ApplicationSet{}
		set.Spec.GoTemplate = true
		set.Spec.Generators = []v1alpha1.ApplicationSetGenerator{{Clusters: &v1alpha1.ClusterGenerator{}}}
		set.Spec.Template.Name = `{{ if eq (normalize .name) .nameNormalized }}same{{ else }}other{{ end }}`
		inventory, err := clusters.NewInventory([]clusters.Cluster{{Name: name, Server: "https://kubernetes.default.svc"}})
		if err != nil {
			t.Fatal(err)
		}
		result := expand.Expand(set, expand.Inputs{Clusters: inventory}, expand.Options{})
		if result.Err != nil || len(result.Applications) != 1 || result.Applications[0].Name != "same" {
			t.Fatalf("%q: %v, %v, %v", name, names(result), result.Rejected, result.Err)
		}
	})
}

// The order of clusters and the number of workers never change a result.
func TestOrderOfInputsDoesNotMatter(t *testing.T) {
	set := decode(t, `
goTemplate: true
goTemplateOptions: [missingkey=error]
generators:
- clusters: {values: {t: '{{ .metadata.labels.tier }}'}, selector: {matchExpressions: [{key: tier, operator: Exists}]}}
- matrix: {generators: [{clusters: {selector: {matchLabels: {tier: a}}}}, {list: {elements: [{k: x}, {k: y}]}}]}
template:
  metadata: {name: '{{ .metadata.labels.group }}-{{ dig "k" "none" . }}', labels: {'{{ .name }}': '{{ .metadata.labels.rare }}'}}
`)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 150).Draw(t, "clusters")
		list := make([]clusters.Cluster, n)
		for i := range list {
			labels := map[string]string{
				"tier":  rapid.SampledFrom([]string{"a", "b"}).Draw(t, "tier"),
				"group": fmt.Sprint(rapid.IntRange(0, 300).Draw(t, "group")),
			}
			if rapid.Bool().Draw(t, "labelled") {
				labels["rare"] = "yes"
			}
			list[i] = clusters.Cluster{Name: fmt.Sprint("c", i), Server: fmt.Sprint("https://", i), Labels: labels}
		}
		shuffled := slices.Clone(list)
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 0)).Shuffle(n, func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })

		one, errOne := clusters.NewInventory(list)
		two, errTwo := clusters.NewInventory(shuffled)
		if err := errors.Join(errOne, errTwo); err != nil {
			t.Fatal(err)
		}
		a := expand.Expand(set, expand.Inputs{Clusters: one}, expand.Options{Workers: 1})
		b := expand.Expand(set, expand.Inputs{Clusters: two}, expand.Options{Workers: 4})
		if diff := cmp.Diff(a, b, cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRemovingAClusterRemovesItsRowsOnly(t *testing.T) {
	set := decode(t, `
generators: [{matrix: {generators: [{clusters: {}}, {list: {elements: [{app: x}, {app: y}]}}]}}]
template: {metadata: {name: '{{name}}-{{app}}'}}
`)
	rapid.Check(t, func(t *rapid.T) {
		var list []clusters.Cluster
		for i := range rapid.IntRange(1, 30).Draw(t, "clusters") {
			list = append(list, clusters.Cluster{Name: fmt.Sprint("c", i), Server: fmt.Sprint("https://", i)})
		}
		gone := rapid.IntRange(0, len(list)-1).Draw(t, "gone")
		all, errAll := clusters.NewInventory(list)
		rest, errRest := clusters.NewInventory(slices.Delete(slices.Clone(list), gone, gone+1))
		if err := errors.Join(errAll, errRest); err != nil {
			t.Fatal(err)
		}
		before := expand.Expand(set, expand.Inputs{Clusters: all}, expand.Options{})
		after := expand.Expand(set, expand.Inputs{Clusters: rest}, expand.Options{})
		want := slices.DeleteFunc(names(before), func(name string) bool {
			return strings.HasPrefix(name, list[gone].Name+"-")
		})
		if !slices.Equal(want, names(after)) {
			t.Fatalf("got %v, want %v", names(after), want)
		}
	})
}

func decode(t *testing.T, spec string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{}
	set.Name, set.Namespace = "set", "argocd"
	if err := yaml.Unmarshal([]byte(spec), &set.Spec); err != nil {
		t.Fatal(err)
	}
	return set
}

func fleet(t *testing.T, list ...clusters.Cluster) *clusters.Inventory {
	t.Helper()
	inventory, err := clusters.NewInventory(list)
	if err != nil {
		t.Fatal(err)
	}
	return inventory
}

func names(result expand.Result) []string {
	out := []string{}
	for i := range result.Applications {
		out = append(out, result.Applications[i].Name)
	}
	return out
}
