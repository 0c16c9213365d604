package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLabelChanges(t *testing.T) {
	set, remove, err := parseLabelChanges([]string{"ai-capable=true", "example.com/tier=", "old-"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"ai-capable": "true", "example.com/tier": ""}, set); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"old"}, remove); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"novalue", "a b=c", "a=b c", "=x", "-"} {
		if _, _, err := parseLabelChanges([]string{bad}); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestTablesObeyNoEscapeSequences(t *testing.T) {
	if got := printable("a\x1b[31mb\nc\u009bd"); got != "a [31mb c d" {
		t.Errorf("printed %q", got)
	}
}
