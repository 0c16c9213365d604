package source

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestTheLongestPrefixWins(t *testing.T) {
	kept := Prefixes{
		"https://h": {Bearer: "host"}, "https://h/team": {Bearer: "team"}, "https://h/team/app/": {Bearer: "app"},
		"https://h:8443": {Bearer: "port"}, "registry.example.com/charts": {Bearer: "charts"}, "::": {Bearer: "odd"},
	}
	for url, want := range map[string]string{
		"https://h/x": "host", "https://H:443/x": "host", "https://h/team": "team", "https://h/team/x?y": "team", "https://h/teams": "host",
		"https://h/team/app": "app", "https://h/team/app/x": "app", "https://h/team/app/../x": "team", "https://h/team/%2e%2e/x": "host",
		"https://h:8443/x": "port", "http://h/x": "", "https://h.example.com/": "", "https://hh/": "",
		"oci://registry.example.com/charts/app": "charts", "oci://registry.example.com/other": "", "::": "", "": "",
	} {
		got, err := kept.Credential(t.Context(), url)
		if err != nil || got.Bearer != want {
			t.Errorf("%s: %q %v, want %q", url, got.Bearer, err, want)
		}
	}
}

func TestACredentialPrintsNothing(t *testing.T) {
	c := Credential{Username: "me", Password: "hunter2", Bearer: "hunter2"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, c); strings.Contains(text, "hunter2") || strings.Contains(text, "me") {
			t.Errorf("%s: %s", format, text)
		}
	}
}

func TestShownURL(t *testing.T) {
	for url, want := range map[string]string{
		"https://h/x": "https://h/x", "https://h/x?token=s": "https://h/x?...", "https://me:s@h/x#s": "https://h/x?...",
		"me:s@registry/x": "registry/x", "registry/x": "registry/x", "https://a b/s": "a URL that does not parse",
	} {
		if got := ShownURL(url); got != want {
			t.Errorf("%s: %s", url, got)
		}
	}
}

func TestKindsOfSources(t *testing.T) {
	for _, c := range []struct {
		source v1alpha1.ApplicationSource
		want   Kind
	}{
		{v1alpha1.ApplicationSource{RepoURL: "https://h/repo.git", Path: "a"}, KindGit},
		{v1alpha1.ApplicationSource{RepoURL: "git@h:repo.git"}, KindGit},
		{v1alpha1.ApplicationSource{RepoURL: "https://h/charts", Chart: "app"}, KindHelm},
		{v1alpha1.ApplicationSource{RepoURL: "registry.example.com/charts", Chart: "app"}, KindOCIChart},
		{v1alpha1.ApplicationSource{RepoURL: "registry.example.com:5000", Chart: "app"}, KindOCIChart},
		{v1alpha1.ApplicationSource{RepoURL: "oci://registry.example.com/charts", Chart: "app"}, KindOCIChart},
		{v1alpha1.ApplicationSource{RepoURL: "oci://registry.example.com/config", Path: "."}, KindOCI},
	} {
		if got := Of(c.source); got.Kind != c.want {
			t.Errorf("%s: %s, want %s", c.source.RepoURL, got.Kind, c.want)
		}
	}
}
