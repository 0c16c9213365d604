package main

import (
	"os"
	"strings"
	"testing"
)

func TestExpandReadsTheFolderOfACase(t *testing.T) {
	casesFolder(t)
	code, stdout, stderr := runExpandCommand(t, "", "-f", "good", "-o", "name")
	if code != codeOK || stdout != "web-tokyo\n" || stderr != "" {
		t.Errorf("exit %d, %q, %s", code, stdout, stderr)
	}
	if code, _, stderr := runExpandCommand(t, "", "-f", "good", "--repo", "u=good"); code != codeUsage || !strings.Contains(stderr, "has its own repos") {
		t.Errorf("exit %d, %s", code, stderr)
	}
	if err := os.WriteFile("bad/clusters.yaml", []byte("a: 1\na: 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := runExpandCommand(t, "", "-f", "bad"); code != codeUsage || !strings.Contains(stderr, "bad: clusters.yaml: line 2") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func TestExpandSaysWhatMayBeAMistake(t *testing.T) {
	expandFolder(t)
	fleet := []string{"-f", "-", "--clusters", "clusters.yaml"}
	for _, c := range []struct {
		why, set string
		args     []string
		want     string
	}{
		{"no clusters", expandSet, []string{"-f", "-", appsRepo}, "note: the set looks at clusters and no file of any is given"},
		{"an unknown field", strings.Replace(expandSet, "goTemplate:", "goTemplatte: true\n  goTemplate:", 1), append(fleet, appsRepo),
			"warning: unknown field spec.goTemplatte is ignored: did you mean goTemplate?"},
		{"another spelling", expandSet, append(fleet, "--repo=https://git.example.com/apps@main=apps"),
			"add --repo https://git.example.com/apps.git@feature/x=DIR; https://git.example.com/apps@main is given, which is not the same"},
		{"a password in the set", strings.Replace(expandSet, "https://git", "https://me:hunter2@git", 1), fleet,
			"repository https://***@git.example.com/apps.git@feature/x: its URL holds a password"},
		{"a password in a flag", expandSet, append(fleet, "--repo", "https://me:hunter2@git.example.com/apps=nope"), `--repo "https://***@git.example.com/apps=nope"`},
		{"no folder in a flag", expandSet, append(fleet, "--repo", "https://me:hunter2@git.example.com/apps"), `--repo "https://***@git.example.com/apps"`},
		{"a file twice", expandSet, append(fleet, "--clusters", "./clusters.yaml"), "clusters.yaml is given twice"},
	} {
		_, _, stderr := runExpandCommand(t, c.set, c.args...)
		if !strings.Contains(stderr, c.want) || strings.Contains(stderr, "hunter2") {
			t.Errorf("%s: no %q in:\n%s", c.why, c.want, stderr)
		}
	}
}

func TestExpandPrintsNoEscapeSequences(t *testing.T) {
	set := "{apiVersion: argoproj.io/v1alpha1, kind: ApplicationSet, metadata: {name: s}, spec: {goTemplate: true, generators: [{list: {elements: [{id: \"a\\e[31m\"}]}}]," +
		" template: {metadata: {name: '{{ .id }}'}, spec: {source: {repoURL: r}, destination: {name: in-cluster}}}}}"
	_, stdout, stderr := runExpandCommand(t, set, "-f", "-", "-o", "name")
	if stdout != "a [31m\n" {
		t.Errorf("%q, %s", stdout, stderr)
	}
}
