package webhook

import (
	"testing"
)

func TestPathsOfAnApplication(t *testing.T) {
	for _, c := range []struct {
		annotation, changed string
		want                bool
	}{
		{"", "anything", true},
		{" ; ", "anything", true},
		{".", "apps/a/x.yaml", true},
		{".", "apps/ab/x.yaml", false},
		{"../shared", "apps/shared/x.yaml", true},
		{"/shared", "shared/x/y.yaml", true},
		{"/shared", "sharedx/y.yaml", false},
		{"/", "anything", true},
		{"/apps/a/x.yaml", "apps/a/x.yaml", true},
		{"/apps/*/x.yaml", "apps/b/x.yaml", true},
		{"/apps/*/x.yaml", "apps/b/c/x.yaml", false},
		{"sub; /shared", "apps/a/sub/x", true},
	} {
		if got := sourcePaths(c.annotation, "apps/a")([]string{"unrelated", c.changed}); got != c.want {
			t.Errorf("%q with %s: %v", c.annotation, c.changed, got)
		}
	}
}

// Whatever the generator matches in either globbing mode must match here too.
func TestAGlobThatMayMatchNeverMissesAFile(t *testing.T) {
	for pattern, files := range map[string][]string{
		"**/*.yaml":            {"a.yaml", "a/b.yaml", "a/b/c.yaml"},
		"apps/*/config.json":   {"apps/a/config.json", "apps/a/b/config.json"},
		"apps/**/config.json":  {"apps/config.json", "apps/a/b/config.json"},
		"{a,b}/x.json":         {"a/x.json", "b/x.json"},
		"a[bc]d?.yaml":         {"abd1.yaml", "acd2.yaml"},
		`a\*.yaml`:             {"a*.yaml"},
		"config":               {"config", "config/a/b.json"},
		"{envs/{a,b},x}/*.yml": {"envs/a/1.yml", "x/1.yml"},
	} {
		for _, f := range files {
			if !mayMatch(pattern, f) {
				t.Errorf("%s does not match %s", pattern, f)
			}
		}
	}
	for pattern, f := range map[string]string{"apps/*/c.json": "lib/a/c.json", "**/*.yaml": "a.json", "config": "configs/a", "a/**/b/**/c": "a/c/x/c"} {
		if mayMatch(pattern, f) {
			t.Errorf("%s matches %s", pattern, f)
		}
	}
}
