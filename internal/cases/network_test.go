package cases

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const asks = `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web}
spec:
  generators: [GENERATOR]
  template: {metadata: {name: a}, spec: {source: {repoURL: r}, destination: {name: in-cluster}}}
`

const pluginObjects = `
-- objects.yaml --
{apiVersion: v1, kind: ConfigMap, metadata: {name: p}, data: {baseUrl: 'BASE', token: '$s:t'}}
---
{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {t: hunter2}}
`

// A foreign server must hear nothing, neither from a case nor from files alone.
func TestNoGeneratorReachesAnotherHost(t *testing.T) {
	var asked atomic.Int32
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { asked.Add(1) }))
	defer foreign.Close()
	t.Setenv("HTTPS_PROXY", foreign.URL)
	for name, generator := range map[string]string{
		"plugin":                    "{plugin: {configMapRef: {name: p}}}",
		"pullRequest without api":   "{pullRequest: {github: {owner: a, repo: b}}}",
		"pullRequest elsewhere":     "{pullRequest: {github: {owner: a, repo: b, api: '" + foreign.URL + "'}}}",
		"scmProvider without api":   "{scmProvider: {gitlab: {group: a}}}",
		"scmProvider elsewhere":     "{scmProvider: {gitea: {owner: a, api: '" + foreign.URL + "'}}}",
		"scmProvider with a Secret": "{scmProvider: {github: {organization: a, tokenRef: {secretName: s, key: t}}}}",
	} {
		t.Run(name, func(t *testing.T) {
			set := strings.ReplaceAll(asks, "GENERATOR", generator)
			dir := folder(t, "case", "-- appset.yaml --\n"+set, strings.ReplaceAll(pluginObjects, "BASE", foreign.URL))
			kind, _, _ := strings.Cut(name, " ")
			got := evaluate(t.Context(), dir)
			if !strings.Contains(got.failure, "generators[0]."+kind+": ") || !strings.Contains(got.failure, "another host than the case's own") {
				t.Errorf("a case: %q", got.failure)
			}
			setup, err := Load([]byte(set), Sources{Objects: []string{dir + "/objects.yaml"}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = setup.Expand(t.Context()); err == nil || !strings.Contains(err.Error(), "generators[0]."+kind+": this command reads no network") {
				t.Errorf("files: %v", err)
			}
			if strings.Contains(got.failure, "hunter2") || asked.Load() > 0 {
				t.Errorf("%d requests, %q", asked.Load(), got.failure)
			}
		})
	}
}

func TestATimeoutIsNeverExpected(t *testing.T) {
	expected := "-- expected-error.txt --\nstage: generate\nerror: x\n"
	dir := folder(t, "case", plain, expected)
	stuck := make(chan struct{})
	defer close(stuck)
	for name, evaluate := range map[string]func(context.Context, string) outcome{
		"heeds its end": func(ctx context.Context, _ string) outcome {
			<-ctx.Done()
			return outcome{stage: StageGenerate, failure: ctx.Err().Error()}
		},
		"burns on": func(context.Context, string) outcome {
			<-stuck
			return outcome{}
		},
	} {
		v := one(t, dir, Options{Timeout: time.Millisecond, Update: true, evaluate: evaluate})
		if v.Passed || v.Updated || !strings.Contains(v.Diff, "timeout: no outcome within 1ms") || !strings.Contains(v.Diff, "--timeout") {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestUnknownFieldsAreWarnedOf(t *testing.T) {
	set := strings.NewReplacer("spec:\n", "spec:\n  goTemplates: true\n  odd: 1\n", "{list: {elements", "{list: {element: [], elements").Replace(plain)
	v := one(t, folder(t, "case", set, plainExpected), Options{})
	got := strings.Join(v.Warnings, "\n")
	for _, want := range []string{
		"unknown field spec.goTemplates is ignored: did you mean goTemplate?",
		"unknown field spec.odd is ignored",
		"unknown field spec.generators[0].list.element is ignored: did you mean elements?",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	if !v.Passed || len(v.Warnings) != 3 {
		t.Errorf("%+v", v)
	}
}
