package wake

import (
	"testing"
	"time"
)

func TestIntervals(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"[{list: {elements: []}}, {clusters: {}}]":                                                                                 resync,
		"[{git: {repoURL: u, revision: main}}]":                                                                                    resync,
		"[{git: {repoURL: u, revision: main, requeueAfterSeconds: 30}}]":                                                           30 * time.Second,
		"[{clusterDecisionResource: {configMapRef: c}}]":                                                                           3 * time.Minute,
		"[{scmProvider: {github: {organization: o}}}]":                                                                             30 * time.Minute,
		"[{plugin: {configMapRef: {name: c}}}, {pullRequest: {requeueAfterSeconds: 60}}]":                                          time.Minute,
		"[{plugin: {configMapRef: {name: c}, requeueAfterSeconds: 0}}]":                                                            resync,
		"[{plugin: {configMapRef: {name: c}, requeueAfterSeconds: -5}}]":                                                           resync,
		"[{plugin: {configMapRef: {name: c}, requeueAfterSeconds: 9223372036854775807}}]":                                          resync,
		"[{merge: {generators: [{list: {elements: []}}, {pullRequest: {requeueAfterSeconds: 77}}]}}]":                              77 * time.Second,
		"[{matrix: {generators: [{clusters: {}}, {merge: {generators: [{clusterDecisionResource: {requeueAfterSeconds: 5}}]}}]}}]": 5 * time.Second,
	} {
		if got := intervalOf(generatorsOf(t, "s", text)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for range 100 {
		if d := jittered(time.Minute); d < time.Minute || d > 66*time.Second {
			t.Errorf("jittered to %s", d)
		}
	}
}

// An answer is as old as the generators of its kind allow, not those of others.
func TestAgesOfAnswers(t *testing.T) {
	set := generatorsOf(t, "s", `
- git: {repoURL: u, revision: main, requeueAfterSeconds: 10}
- plugin: {configMapRef: {name: a}, requeueAfterSeconds: 100}
- plugin: {configMapRef: {name: b}, requeueAfterSeconds: 50}
- scmProvider: {github: {organization: o}}
- pullRequest: {requeueAfterSeconds: 0}
`)
	ages := Ages(set)
	for kind, want := range map[string]time.Duration{"plugin": 50 * time.Second, "scmProvider": hostInterval, "pullRequest": resync} {
		if ages[kind] != want {
			t.Errorf("%s: %s, want %s", kind, ages[kind], want)
		}
	}
	if !Polls(set) || !LooksOutside(set) {
		t.Error("the set polls and looks outside")
	}
	if quiet := generatorsOf(t, "q", nestedClusters); Polls(quiet) || !LooksOutside(quiet) {
		t.Error("the fleet's one question is enough for this Git generator")
	}
}
