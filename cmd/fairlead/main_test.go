package main

import (
	"bytes"
	"strings"
	"testing"
)

// command runs one command line without a hub.
func command(t *testing.T, args ...string) (code int, out, problems string) {
	t.Helper()
	t.Setenv("KUBECONFIG", t.TempDir()+"/none")
	t.Setenv("HOME", t.TempDir())
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), args, streams{strings.NewReader(""), &stdout, &stderr})
	return code, stdout.String(), stderr.String()
}

func TestMistakesAreAnsweredWithTheNextStep(t *testing.T) {
	for _, tc := range []struct {
		args string
		code int
		says string
	}{
		{"frobnicate", codeUsage, "fairlead --help"},
		{"cluster add", codeUsage, "fairlead cluster add --help"},
		{"get apps", codeUsage, "--kubeconfig"},
		{"get apps -l a=b=c", codeUsage, "selector"},
		{"get nothing", codeUsage, "see: fairlead get --help"},
		{"cluster label x a", codeUsage, "KEY=VALUE"},
		{"cluster add in-cluster", codeUsage, "always there"},
		{"cluster remove x", codeGuarded, "--yes"},
		{"cluster add x -o xml", codeUsage, "command or token"},
		{"hub --embedded", codeUsage, "--data-dir"},
		{"demo -o xml", codeUsage, "table or json"},
		{"demo --agent /nowhere", codeUsage, "make build"},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, out, problems := command(t, strings.Fields(tc.args)...)
			if code != tc.code || !strings.Contains(problems, tc.says) || out != "" {
				t.Errorf("exit %d, want %d; it says:\n%s%s", code, tc.code, out, problems)
			}
		})
	}
}

func TestVersionAndHelp(t *testing.T) {
	if code, out, _ := command(t, "version"); code != codeOK || !strings.HasPrefix(out, "fairlead ") {
		t.Errorf("version: exit %d, %q", code, out)
	}
	code, out, _ := command(t, "--help")
	for _, name := range []string{"hub", "demo", "cluster", "get", "sync", "refresh", "expand", "version"} {
		if code != codeOK || !strings.Contains(out, "\n  "+name+" ") {
			t.Errorf("help: exit %d, without %s:\n%s", code, name, out)
		}
	}
}
