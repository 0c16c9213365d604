package source

import "testing"

// The examples of
// https://argo-cd.readthedocs.io/en/stable/user-guide/tracking_strategies/
// among them.
func TestHighest(t *testing.T) {
	names := []string{"v1.0.0", "1.0.0", "v1.2.0", "v1.2.9", "v1.10.0", "v2.0.0-rc.1", "latest", "v3", "release-9.0.0", "1.10.0-alpha"}
	for constraint, want := range map[string]string{
		"*": "v3", "x": "v3", "1.*": "v1.10.0", "1.x": "v1.10.0", "v1.2.*": "v1.2.9", "~1.2": "v1.2.9", "^1": "v1.10.0",
		">=1.2.0 <1.3.0": "v1.2.9", ">=1.2, <2": "v1.10.0", "1.0.0 - 1.2.0": "v1.2.0", "<1.2 || >2": "v3",
		"*-0": "v3", ">=1.10.0-0 <2": "v2.0.0-rc.1", ">=2.0.0-0 <3.0.0-0": "v2.0.0-rc.1", ">1 <1.1": "", "1.0.x": "1.0.0", "4.x": "", "main": "",
	} {
		if got, _ := Highest(constraint, names); got != want {
			t.Errorf("%q: %q, want %q", constraint, got, want)
		}
	}
}

func TestVersionsAndRanges(t *testing.T) {
	for revision, want := range map[string][2]bool{
		"1.2.3": {true, false}, "v1.2": {true, false}, "1": {true, false}, "1.2.3-rc.1+b": {true, false},
		"*": {false, true}, "1.x": {false, true}, ">=1": {false, true},
		"main": {}, "HEAD": {}, "": {}, "latest": {}, "release-1.x": {}, "-1": {},
	} {
		if got := [2]bool{IsVersion(revision), IsRange(revision)}; got != want {
			t.Errorf("%q: %v", revision, got)
		}
	}
}
