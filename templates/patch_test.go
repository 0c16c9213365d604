package templates

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// patches that the short way knows, as it must: sets are written with them.
var typedPatches = []string{
	"metadata: {labels: {patched: 'yes', tier: gold}, annotations: {a: b}}",
	"spec: {syncPolicy: {automated: {prune: true}}}",
	"spec: {syncPolicy: {automated: {prune: true, selfHeal: false}, syncOptions: [A=true, B=false], retry: {limit: 3}}}",
	"spec:\n  source:\n    targetRevision: main\n    helm:\n      releaseName: r\n      valueFiles: [a.yaml, b.yaml]\n",
	"spec: {source: {helm: {parameters: [{name: a, value: b, forceString: true}]}}}",
	"spec: {destination: {server: https://other, namespace: ns}}",
	"spec: {sources: [{repoURL: r, path: a}, {repoURL: s, helm: {releaseName: x}}]}",
	"spec: {revisionHistoryLimit: 5, project: elsewhere}",
	"metadata: {name: other, namespace: elsewhere}",
	"metadata: {}", "spec: {source: {helm: {}}}",
}

// patches that only the long way knows.
var otherPatches = []string{
	"metadata: {labels: null}", "metadata: {labels: {a: 1}}", "metadata: {finalizers: [a]}", "spec: {source: null}",
	"spec: {unknown: x}", "spec: {Source: {path: cased}}", "spec: {syncPolicy: {automated: {prune: 'yes'}}}", "spec: {project: 1}",
	"spec: {source: {helm: {valuesObject: {a: 1}}}}", "{\"spec\": {\"source\": {\"path\": \"json\"}}}", "a: [", "- x", "text", "", "{}",
	"spec: {$patch: replace}", "metadata: {labels: {$patch: delete}}", "a: &a {x: y}\nmetadata: {labels: *a}",
	"spec: {syncPolicy: {syncOptions: [null]}}", "spec: {revisionHistoryLimit: -1}", "spec: {revisionHistoryLimit: 1e3}",
	"spec: {sources: [{repoURL: r, $patch: delete}]}", "1: 2", "status: {history: [{id: 1}]}",
}

func TestTypedPatchesAreMergedTheShortWay(t *testing.T) {
	for _, text := range typedPatches {
		if !agree(t, text) {
			t.Errorf("%s: left to the way through JSON", text)
		}
	}
}

func TestOtherPatchesAreMergedTheLongWay(t *testing.T) {
	for _, text := range otherPatches {
		agree(t, text)
	}
}

// FuzzTemplatePatch holds that the short way gives what the long one gives.
func FuzzTemplatePatch(f *testing.F) {
	for _, text := range append(typedPatches, otherPatches...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { agree(t, text) })
}

// agree merges a patch both ways and says whether the short way took it.
func agree(t *testing.T, text string) bool {
	t.Helper()
	var app v1alpha1.Application
	if err := yaml.Unmarshal([]byte(`
metadata: {name: a, namespace: argocd, labels: {tier: silver}, finalizers: [f]}
spec:
  project: p
  source: {repoURL: r, path: p, helm: {valueFiles: [old.yaml], parameters: [{name: old, value: v}]}}
  syncPolicy: {automated: {selfHeal: true}, syncOptions: [Old=true]}
  destination: {server: https://a}
`), &app); err != nil {
		t.Fatal(err)
	}
	p, err := newEngine(t, true).compilePatch("static", &app)
	if err != nil {
		t.Fatal(err)
	}
	before := jsonOf(t, &app)
	short := app
	taken := p.mergeTyped(&short, text)
	if after := jsonOf(t, &app); after != before {
		t.Errorf("%q: the short way wrote into the shared parts:\n%s", text, cmp.Diff(before, after))
	}
	if !taken {
		if jsonOf(t, &short) != before {
			t.Errorf("%q: the short way gave up half way", text)
		}
		return false
	}
	long := *app.DeepCopy()
	if err := p.mergeAny(&long, text); err != nil {
		t.Errorf("%q: merged the short way, but: %v", text, err)
	}
	if diff := cmp.Diff(jsonOf(t, &long), jsonOf(t, &short)); diff != "" {
		t.Errorf("%q: (-long +short)\n%s", text, diff)
	}
	return true
}

func jsonOf(t *testing.T, app *v1alpha1.Application) string {
	t.Helper()
	text, err := json.Marshal(app)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
