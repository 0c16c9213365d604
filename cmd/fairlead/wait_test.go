package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func inState(name string, sync v1alpha1.SyncStatusCode, health v1alpha1.HealthStatusCode, edit ...func(*v1alpha1.Application)) *v1alpha1.Application {
	app := askedFor(nil)
	app.Name = name
	app.Status.Sync.Status, app.Status.Sync.Revision, app.Status.Health.Status = sync, newCommit, health
	for _, e := range edit {
		e(app)
	}
	return app
}

func ofSet(set string) func(*v1alpha1.Application) {
	yes := true
	return func(app *v1alpha1.Application) {
		app.OwnerReferences = []metav1.OwnerReference{{APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationSetKind, Name: set, UID: "u", Controller: &yes}}
	}
}

func aSetThat(status v1alpha1.ApplicationSetConditionStatus) *v1alpha1.ApplicationSet {
	set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: "argocd", Name: "s"}}
	set.Status.Conditions = []v1alpha1.ApplicationSetCondition{{Type: v1alpha1.ApplicationSetConditionResourcesUpToDate, Status: status}}
	return set
}

func TestWaitEndsWithWhatItWaitedFor(t *testing.T) {
	const synced, out, healthy, bad = v1alpha1.SyncStatusCodeSynced, v1alpha1.SyncStatusCodeOutOfSync, v1alpha1.HealthStatusHealthy, v1alpha1.HealthStatusDegraded
	asked := func(app *v1alpha1.Application) { app.Operation = &v1alpha1.Operation{} }
	runs := func(app *v1alpha1.Application) {
		app.Status.OperationState = &v1alpha1.OperationState{Phase: v1alpha1.OperationRunning}
	}
	both := []string{"synced", "healthy"}
	for name, tc := range map[string]struct {
		objects []client.Object
		a       awaited
		code    int
		says    string
	}{
		"good":             {[]client.Object{inState("a", synced, healthy)}, awaited{names: []string{"a"}, states: both}, codeOK, "1 synced, healthy"},
		"degraded":         {[]client.Object{inState("a", synced, bad)}, awaited{names: []string{"a"}, states: both}, codeTimeout, "health Degraded"},
		"synced is enough": {[]client.Object{inState("a", synced, bad)}, awaited{names: []string{"a"}, states: []string{"synced"}}, codeOK, "1 synced"},
		"one of two":       {[]client.Object{inState("a", synced, healthy), inState("b", out, healthy)}, awaited{names: []string{"a", "b"}, states: both}, codeTimeout, "b: sync OutOfSync"},
		"not there":        {nil, awaited{names: []string{"a"}, states: both}, codeNotFound, ""},
		"a revision":       {[]client.Object{inState("a", synced, healthy)}, awaited{names: []string{"a"}, states: both, revision: newCommit[:7]}, codeOK, ""},
		"another revision": {[]client.Object{inState("a", synced, healthy)}, awaited{names: []string{"a"}, states: both, revision: "c"}, codeTimeout, "revision bbbbbbbbbbbb"},
		"asked for":        {[]client.Object{inState("a", synced, healthy, asked)}, awaited{names: []string{"a"}, states: []string{"operation"}}, codeTimeout, "waits"},
		"under way":        {[]client.Object{inState("a", synced, healthy, runs)}, awaited{names: []string{"a"}, states: []string{"operation"}}, codeTimeout, "Running"},
		"a set": {[]client.Object{aSetThat("True"), inState("a", synced, healthy, ofSet("s")), inState("b", out, bad)},
			awaited{set: "s", states: both}, codeOK, "1 synced"},
		"a set's bad one":  {[]client.Object{aSetThat("True"), inState("a", out, healthy, ofSet("s"))}, awaited{set: "s", states: both}, codeTimeout, "a: sync"},
		"a set not done":   {[]client.Object{aSetThat("False"), inState("a", synced, healthy, ofSet("s"))}, awaited{set: "s", states: both}, codeTimeout, "applicationset s"},
		"an empty set":     {[]client.Object{aSetThat("True")}, awaited{set: "s", states: both}, codeOK, "0 synced"},
		"no set of a name": {nil, awaited{set: "s", states: both}, codeNotFound, ""},
	} {
		var said bytes.Buffer
		tc.a.namespace, tc.a.timeout, tc.a.every = "argocd", 50*time.Millisecond, 10*time.Millisecond
		err := tc.a.run(t.Context(), clientOf(tc.objects...), streams{out: &said, err: &said})
		if codeOf(err) != tc.code || !strings.Contains(said.String(), tc.says) {
			t.Errorf("%s: %v, said %q; want exit code %d and %q", name, err, said.String(), tc.code, tc.says)
		}
	}
}

func TestWaitMistakes(t *testing.T) {
	for _, args := range [][]string{{"wait"}, {"wait", "a", "--set", "s"}, {"wait", "a", "--for", "happy"}} {
		if code, _, problems := command(t, args...); code != codeUsage || problems == "" {
			t.Errorf("%v: exit %d: %s", args, code, problems)
		}
	}
}
