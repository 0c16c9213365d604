package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
)

func TestSourceType(t *testing.T) {
	tree := files(map[string]string{
		"chart/Chart.yaml": "x", "chart/kustomization.yaml": "x",
		"k1/kustomization.yaml": "x", "k2/kustomization.yml": "x", "k3/Kustomization": "x",
		"plain/a.yaml": "x",
	})
	for p, want := range map[string]v1alpha1.ApplicationSourceType{
		"chart": "Helm", "k1": "Kustomize", "k2/": "Kustomize", "./k3": "Kustomize", "plain": "Directory", "": "Directory",
	} {
		if got, err := SourceType(tree, v1alpha1.ApplicationSource{Path: p}); err != nil || got != want {
			t.Errorf("%q: %s, %v; want %s", p, got, err, want)
		}
	}
	explicit := v1alpha1.ApplicationSource{Path: "chart", Directory: &v1alpha1.ApplicationSourceDirectory{}}
	if got, err := SourceType(tree, explicit); err != nil || got != "Directory" {
		t.Errorf("explicit: %s, %v", got, err)
	}
	explicit.Helm = &v1alpha1.ApplicationSourceHelm{}
	if _, err := SourceType(tree, explicit); err == nil {
		t.Error("two explicit renderers are accepted")
	}
}

func TestNotSupported(t *testing.T) {
	tree := files(map[string]string{"app/a.jsonnet": "{}"})
	for want, source := range map[string]v1alpha1.ApplicationSource{
		"plugins are not supported":                   {Path: "app", Plugin: &v1alpha1.ApplicationSourcePlugin{}},
		".: no chart here":                            {Chart: "redis", RepoURL: "https://example.com"},
		"kustomize.version":                           {Path: "app", Kustomize: &v1alpha1.ApplicationSourceKustomize{Version: "v4.0.0"}},
		`path "app/a.jsonnet" is a file`:              {Path: "app/a.jsonnet"},
		"no kustomization.yaml, kustomization.yml or": {Path: "app", Kustomize: &v1alpha1.ApplicationSourceKustomize{}},
		"app: no chart here":                          {Path: "app", Helm: &v1alpha1.ApplicationSourceHelm{}},
	} {
		_, err := Render(t.Context(), Request{Tree: tree, Source: source})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestEnviron(t *testing.T) {
	t.Setenv("SECRET", "of the process")
	env := Environ(Request{
		Name: "app", Namespace: "ns", Revision: "0123456789abcdef", KubeVersion: "v1.36.3", APIVersions: []string{"v1", "apps/v1"},
		Source: v1alpha1.ApplicationSource{RepoURL: "https://example.com/r", Path: "p", TargetRevision: "main"},
		Env:    map[string]string{"ARGOCD_APP_PROJECT_NAME": "default"},
	})
	expand := buildenv.Expander(env)
	for in, want := range map[string]string{
		"$ARGOCD_APP_NAME.${ARGOCD_APP_NAMESPACE}":                "app.ns",
		"$ARGOCD_APP_REVISION_SHORT $ARGOCD_APP_REVISION_SHORT_8": "0123456 01234567",
		"$ARGOCD_APP_PROJECT_NAME":                                "default",
		"$KUBE_VERSION $KUBE_API_VERSIONS":                        "1.36.3 v1,apps/v1",
		"$$HOME ${SECRET}$HOME":                                   "$HOME ",
	} {
		if diff := cmp.Diff(want, expand(in)); diff != "" {
			t.Errorf("%s: %s", in, diff)
		}
	}
}
