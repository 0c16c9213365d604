package ignore

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// ignoringSet has these entries of ignoreApplicationDifferences.
func ignoringSet(t *testing.T, rules string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{}
	if err := yaml.Unmarshal([]byte(rules), &set.Spec.IgnoreApplicationDifferences); err != nil {
		t.Fatal(err)
	}
	return set
}

func specOf(t *testing.T, text string) *v1alpha1.Application {
	t.Helper()
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{
		Namespace: "argocd", Name: "app", Finalizers: []string{v1alpha1.ResourcesFinalizerName},
	}}
	if err := yaml.UnmarshalStrict([]byte(text), &app.Spec); err != nil {
		t.Fatal(err)
	}
	return app
}

func TestIgnoredPlacesKeepTheLiveValue(t *testing.T) {
	const helm = "[{jqPathExpressions: ['.spec.source.helm.parameters[] | select(.name == \"tag\")']}]"
	for why, c := range map[string]struct{ rules, live, want, get string }{
		"a field": {
			rules: "[{jsonPointers: [/spec/source/targetRevision]}]",
			live:  "{source: {repoURL: u, targetRevision: v9, path: a}}", want: "{source: {repoURL: u, targetRevision: main, path: b}}",
			get: "{source: {repoURL: u, targetRevision: v9, path: b}}",
		},
		"a field that live lacks stays away": {
			rules: "[{jsonPointers: [/spec/source/targetRevision]}]",
			live:  "{source: {repoURL: u, path: a}}", want: "{source: {repoURL: u, targetRevision: main, path: b}}",
			get: "{source: {repoURL: u, path: b}}",
		},
		"a field of a part that live lacks is made": {
			rules: "[{jsonPointers: [/spec/source/targetRevision]}]",
			live:  "{}", want: "{source: {repoURL: u, targetRevision: main}}", get: "{source: {repoURL: u, targetRevision: main}}",
		},
		"another application": {
			rules: "[{name: other, jsonPointers: [/spec/source/targetRevision]}]",
			live:  "{source: {repoURL: u, targetRevision: v9}}", want: "{source: {repoURL: u, targetRevision: main}}",
			get: "{source: {repoURL: u, targetRevision: main}}",
		},
		"a field of a list's item": {
			rules: "[{jqPathExpressions: ['.spec.sources[].targetRevision']}]",
			live:  "{sources: [{repoURL: u, targetRevision: v8}, {repoURL: v, targetRevision: v9}]}",
			want:  "{sources: [{repoURL: u, targetRevision: main}, {repoURL: v, path: new, targetRevision: main}]}",
			get:   "{sources: [{repoURL: u, targetRevision: v8}, {repoURL: v, path: new, targetRevision: main}]}",
		},
		"an item of a list": {
			rules: helm,
			live:  "{source: {repoURL: u, helm: {parameters: [{name: tag, value: v9}, {name: a, value: '1'}]}}}",
			want:  "{source: {repoURL: u, helm: {parameters: [{name: a, value: '2'}, {name: tag, value: main}]}}}",
			get:   "{source: {repoURL: u, helm: {parameters: [{name: a, value: '2'}, {name: tag, value: v9}]}}}",
		},
		"an item of a list that is not wanted any more": {
			rules: helm,
			live:  "{source: {repoURL: u, helm: {parameters: [{name: tag, value: v9}, {name: a, value: '1'}]}}}", want: "{source: {repoURL: u}}",
			get: "{source: {repoURL: u, helm: {parameters: [{name: tag, value: v9}]}}}",
		},
		"what does not fit selects nothing": {
			rules: "[{jqPathExpressions: ['.spec.source.repoURL[]']}]",
			live:  "{source: {repoURL: u, path: a}}", want: "{source: {repoURL: v, path: a}}", get: "{source: {repoURL: v, path: a}}",
		},
		"the environment is empty": {
			rules: "[{jqPathExpressions: ['.spec.source | select($ENV | length > 0) | .path']}]",
			live:  "{source: {repoURL: u, path: a}}", want: "{source: {repoURL: u, path: b}}", get: "{source: {repoURL: u, path: b}}",
		},
	} {
		rules, err := Compile(ignoringSet(t, c.rules))
		if err != nil {
			t.Fatal(err)
		}
		got := specOf(t, c.want)
		if err := rules.Keep(specOf(t, c.live), got); err != nil {
			t.Errorf("%s: %v", why, err)
		}
		if diff := cmp.Diff(specOf(t, c.get), got); diff != "" {
			t.Errorf("%s: %s", why, diff)
		}
		again := specOf(t, c.want)
		if err := rules.Keep(got, again); err != nil || !cmp.Equal(got.Spec, again.Spec) {
			t.Errorf("%s: a second look differs: %s", why, cmp.Diff(got.Spec, again.Spec))
		}
	}
}

func TestRulesThatCannotBeReadNameTheirPlace(t *testing.T) {
	for rules, want := range map[string]string{
		"[{jsonPointers: [/spec/a, spec]}]":               "[0].jsonPointers[1]",
		"[{}, {jqPathExpressions: ['.spec.']}]":           "[1].jqPathExpressions[0]",
		"[{jqPathExpressions: ['.a) | (.b']}]":            "[0].jqPathExpressions[0]",
		"[{jqPathExpressions: ['input']}]":                "[0].jqPathExpressions[0]",
		"[{jqPathExpressions: ['.spec | nonesuch']}]":     "[0].jqPathExpressions[0]",
		"[{jqPathExpressions: ['include \"x\"; .spec']}]": "[0].jqPathExpressions[0]",
	} {
		_, err := Compile(ignoringSet(t, rules))
		if err == nil || !strings.Contains(err.Error(), "spec.ignoreApplicationDifferences"+want) {
			t.Errorf("%s: %v", rules, err)
		}
	}
}
