package expand_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// shapes are sets whose generators depend on clusters in every way there is;
// the text is for fasttemplate, and for Go templates with dots put in.
var shapes = map[string]string{
	"clusters": `
generators: [{clusters: {}}]
template: {metadata: {name: '@name@'}, spec: {source: {path: '@metadata.labels.region@'}}}`,
	"clusters with everything": `
generators:
- clusters: {selector: {matchExpressions: [{key: region, operator: Exists}]}, values: {v: '@metadata.labels.region@'}, template: {metadata: {labels: {own: '@values.v@'}}, spec: {project: p}}}
  selector: {matchExpressions: [{key: values.v, operator: NotIn, values: [r1]}]}
template: {metadata: {name: 'a-@name@'}, spec: {source: {path: '@metadata.labels.tier@'}}}
templatePatch: '{"metadata": {"annotations": {"patched": "@name@"}}}'`,
	"names that clash": `
generators: [{clusters: {selector: {matchLabels: {tier: t0}}}}, {list: {elements: [{name: r0}, {name: c1}]}}, {clusters: {}}]
template: {metadata: {name: 'x-@metadata.labels.region@'}}`,
	"names that clash across generators": `
generators: [{clusters: {selector: {matchLabels: {tier: t0}}}}, {list: {elements: [{name: c0}, {name: c1}]}}]
template: {metadata: {name: '@name@'}}`,
	"matrix with a list after": `
generators: [{matrix: {generators: [{clusters: {selector: {matchLabels: {tier: t0}}}}, {list: {elements: [{k: a}, {k: '@name@'}]}}]}}]
template: {metadata: {name: '@name@-@k@', labels: {r: '@metadata.labels.region@'}}}`,
	"matrix with a list before": `
generators: [{matrix: {generators: [{list: {elements: [{t: t0}, {t: t1}]}}, {clusters: {selector: {matchLabels: {tier: '@t@'}}}}]}}]
template: {metadata: {name: '@name@-@t@'}}`,
	"matrix with templated files": `
generators: [{matrix: {generators: [{clusters: {selector: {matchExpressions: [{key: region, operator: Exists}]}}}, {git: {repoURL: 'repo', revision: main, files: [{path: 'conf/@metadata.labels.region@.yaml'}]}}]}}]
template: {metadata: {name: '@name@-@id@'}, spec: {source: {path: '@rare@'}}}`,
	"matrix with a repository per region": `
generators: [{matrix: {generators: [{clusters: {selector: {matchExpressions: [{key: region, operator: Exists}]}}}, {git: {repoURL: 'repo-@metadata.labels.region@', revision: main, directories: [{path: '*'}]}}]}}]
template: {metadata: {name: '@name@-@path.basename@'}}`,
	"nested matrix": `
generators: [{matrix: {generators: [{list: {elements: [{a: one}, {a: two}]}}, {matrix: {generators: [{clusters: {selector: {matchLabels: {tier: t0}}}}, {git: {repoURL: repo, revision: main, directories: [{path: '*'}]}}]}}]}}]
template: {metadata: {name: '@name@-@a@-@path.basename@'}}`,
	"templated nested matrix": `
generators: [{matrix: {generators: [{clusters: {}}, {matrix: {generators: [{list: {elements: [{k: '@name@'}]}}, {list: {elements: [{l: a}, {l: b}]}}]}}]}}]
template: {metadata: {name: '@k@-@l@'}}`,
	"merge by name": `
generators: [{merge: {mergeKeys: [name], generators: [{clusters: {values: {v: base}}}, {clusters: {selector: {matchLabels: {tier: t0}}, values: {v: over}}}, {list: {elements: [{name: c1, extra: e}, {name: c2, extra: f}]}}]}}]
template: {metadata: {name: '@name@'}, spec: {source: {path: '@values.v@'}, project: '@extra@'}}`,
	"merge by server": `
generators: [{merge: {mergeKeys: [server], generators: [{clusters: {}}, {clusters: {selector: {matchLabels: {tier: t0}}, values: {v: over}}}]}}]
template: {metadata: {name: '@name@'}, spec: {source: {path: '@values.v@'}}}`,
	"merge of different clusters": `
generators: [{merge: {mergeKeys: [server], generators: [{clusters: {selector: {matchLabels: {tier: t1}}}}, {clusters: {selector: {matchLabels: {tier: t0}}, values: {v: over}}}]}}]
template: {metadata: {name: '@server@-@name@'}, spec: {source: {path: '@values.v@'}}}`,
	"merge of a matrix": `
generators: [{merge: {mergeKeys: [name, k], generators: [{matrix: {generators: [{clusters: {}}, {list: {elements: [{k: a}, {k: b}]}}]}}, {list: {elements: [{name: c1, k: b, extra: e}]}}]}}]
template: {metadata: {name: '@name@-@k@'}, spec: {project: '@extra@'}}`,
	"merge over a list": `
generators: [{merge: {mergeKeys: [name], generators: [{list: {elements: [{name: c1}, {name: c2}]}}, {clusters: {}}]}}]
template: {metadata: {name: '@name@'}, spec: {source: {path: '@metadata.labels.region@'}}}`,
	"two cluster legs": `
generators: [{matrix: {generators: [{clusters: {selector: {matchLabels: {tier: t0}}}}, {matrix: {generators: [{clusters: {selector: {matchLabels: {tier: t0}}}}, {list: {elements: [{k: a}]}}]}}]}}]
template: {metadata: {name: '@name@-@k@'}}`,
	"flat list": `
generators: [{clusters: {flatList: true}}, {clusters: {}}]
template: {metadata: {name: 'n-@name@'}}`,
	"decisions": `
generators: [{clusterDecisionResource: {configMapRef: placements, labelSelector: {}}}]
template: {metadata: {name: '@name@-@weight@'}, spec: {source: {path: '@server@'}}}`,
	"no clusters": `
generators: [{list: {elements: [{name: a}, {name: b}]}}, {git: {repoURL: repo, revision: main, directories: [{path: '*'}]}}]
template: {metadata: {name: '@name@-@path.basename@'}}`,
}

// neverInPart are the shapes that only a full expansion can tell.
var neverInPart = []string{"flat list", "merge over a list", "two cluster legs"}

// The whole and its parts: after any change of clusters, a changed expansion is
// the full one, and the delta alone leads from the one before to it.
func TestChangeEqualsExpand(t *testing.T) {
	for group := range slices.Chunk(slices.Sorted(maps.Keys(shapes)), 3) {
		t.Run(strings.Join(group, ", "), func(t *testing.T) {
			sets := map[string][]*v1alpha1.ApplicationSet{}
			for _, name := range group {
				sets[name] = []*v1alpha1.ApplicationSet{decode(t, inMode(shapes[name], false)), decode(t, inMode(shapes[name], true))}
			}
			steps, inPart := map[string]int{}, map[string]int{}
			rapid.Check(t, func(t *rapid.T) {
				name := rapid.SampledFrom(group).Draw(t, "set")
				set := rapid.SampledFrom(sets[name]).Draw(t, "mode")
				f := drawFleet(t)
				in := inputsFor(t, set, f.inventory)
				e := expand.NewExpander(set, expand.Options{})
				mirror := mirrorOf(e.Expand(in))
				for range rapid.IntRange(1, 5).Draw(t, "steps") {
					names := f.step(t)
					in.Clusters = f.inventory
					steps[name]++
					if compareChange(t, e, expand.Expand(set, in, expand.Options{}), mirror, in, names) {
						inPart[name]++
					}
				}
			})
			for _, name := range group {
				if slices.Contains(neverInPart, name) == (inPart[name] > steps[name]/4) {
					t.Errorf("%s: %d of %d changes were expanded in part", name, inPart[name], steps[name])
				}
			}
		})
	}
}

// compareChange expands a change, and in full if it has to, and requires what
// want is. It says whether a change was enough.
func compareChange(t *rapid.T, e *expand.Expander, want expand.Result, m *mirror, in expand.Inputs, names []string) bool {
	delta, ok := e.Change(in, names)
	if !ok || len(delta.Missing) > 0 {
		if got := e.Expand(in); !sameResult(want, got) {
			t.Fatalf("a second expansion differs: %s", diffResults(want, got))
		}
		*m = *mirrorOf(want)
		return false
	}
	if got, _ := e.Snapshot(); !sameResult(want, got) {
		t.Fatalf("changed %q (-full +changed):\n%s", names, diffResults(want, got))
	}
	for i := range want.Applications {
		app, origin, one := e.Application(want.Applications[i].Name)
		if !one || !cmp.Equal(*app, want.Applications[i]) || origin != want.Origins[i] {
			t.Fatalf("changed %q: application %s alone is another", names, want.Applications[i].Name)
		}
	}
	if diff := m.follow(want, delta); diff != "" {
		t.Fatalf("changed %q: the delta does not lead there (-full +followed):\n%s", names, diff)
	}
	if !cmp.Equal(want.Protection(), e.Protection(), cmp.AllowUnexported(expand.Protection{})) {
		t.Fatal("the protection differs")
	}
	return true
}
