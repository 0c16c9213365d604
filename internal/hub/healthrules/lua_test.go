package healthrules

import (
	"strings"
	"testing"
)

func TestLuaChecksAreNamed(t *testing.T) {
	argo := map[string]string{
		"resource.customizations.health.example.com_Widget":          "hs = {}",
		"resource.customizations.health.argoproj.io_Application":     "hs = {}",
		"resource.customizations.ignoreDifferences.apps_Deployment":  "jsonPointers: [/spec]",
		"resource.customizations":                                    "example.com/Gear:\n  health.lua: |\n    hs = {}\nexample.com/Nut:\n  ignoreDifferences: |\n    jsonPointers: []\n",
		"resource.customizations.health.example.com_Replaced.broken": "",
		"url": "https://example.com",
	}
	rules := map[string]string{"argoproj.io_Application": "- {when: true, status: Healthy}"}
	note := ignored(argo, rules)
	for _, want := range []string{
		"resource.customizations.health.example.com_Widget: the Lua health check of example.com_Widget is not run",
		"resource.customizations: the Lua health check of example.com_Gear is not run", "in CEL", ConfigMapName,
	} {
		if !strings.Contains(note, want) {
			t.Errorf("%q does not have %q", note, want)
		}
	}
	for _, no := range []string{"_Application", "Deployment", "Nut"} {
		if strings.Contains(note, no) {
			t.Errorf("%q has %q", note, no)
		}
	}
	rules["example.com_Widget"], rules["example.com_Gear"], rules["example.com_Replaced.broken"] = "", "", ""
	if note := ignored(argo, rules); note != "" {
		t.Errorf("with a rule for each kind it still says %q", note)
	}
}
