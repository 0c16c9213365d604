package v1alpha1_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestSourcesOfASpec(t *testing.T) {
	git := v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "dry", TargetRevision: "main"}
	hydrated := v1alpha1.ApplicationSource{RepoURL: git.RepoURL, Path: "wet", TargetRevision: "env/prod"}
	hydrator := &v1alpha1.SourceHydrator{
		DrySource:  v1alpha1.DrySource{RepoURL: git.RepoURL, Path: "dry", TargetRevision: "main"},
		SyncSource: v1alpha1.SyncSource{Path: "wet", TargetBranch: "env/prod"},
	}
	for _, c := range []struct {
		name  string
		spec  v1alpha1.ApplicationSpec
		want  v1alpha1.ApplicationSources
		multi bool
	}{
		{"none", v1alpha1.ApplicationSpec{}, v1alpha1.ApplicationSources{}, false},
		{"one", v1alpha1.ApplicationSpec{Source: &git}, v1alpha1.ApplicationSources{git}, false},
		{"sources win over source", v1alpha1.ApplicationSpec{Source: &git, Sources: v1alpha1.ApplicationSources{hydrated, git}},
			v1alpha1.ApplicationSources{hydrated, git}, true},
		{"the hydrator wins over both", v1alpha1.ApplicationSpec{Source: &git, Sources: v1alpha1.ApplicationSources{git}, SourceHydrator: hydrator},
			v1alpha1.ApplicationSources{hydrated}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, c.spec.GetSources()); diff != "" {
				t.Errorf("sources (-want +got):\n%s", diff)
			}
			if got := c.spec.HasMultipleSources(); got != c.multi {
				t.Errorf("HasMultipleSources = %v, want %v", got, c.multi)
			}
		})
	}
	if diff := cmp.Diff(git, hydrator.GetDrySource()); diff != "" {
		t.Errorf("dry source (-want +got):\n%s", diff)
	}
}

func TestExplicitType(t *testing.T) {
	helm, kustomize := &v1alpha1.ApplicationSourceHelm{}, &v1alpha1.ApplicationSourceKustomize{}
	if got, err := (&v1alpha1.ApplicationSource{}).ExplicitType(); got != nil || err != nil {
		t.Errorf("a source without options: %v, %v", got, err)
	}
	got, err := (&v1alpha1.ApplicationSource{Helm: helm}).ExplicitType()
	if err != nil || *got != v1alpha1.ApplicationSourceTypeHelm {
		t.Errorf("a source with helm options: %v, %v", got, err)
	}
	if _, err := (&v1alpha1.ApplicationSource{Helm: helm, Kustomize: kustomize}).ExplicitType(); err == nil {
		t.Error("two kinds of options are accepted")
	}
}

func TestDefaultsOfAbsentFields(t *testing.T) {
	var spec v1alpha1.ApplicationSpec
	if got := spec.GetProject(); got != "default" {
		t.Errorf("project %q", got)
	}
	if got := spec.GetRevisionHistoryLimit(); got != 10 {
		t.Errorf("history of %d", got)
	}
	no := false
	for want, policy := range map[bool][]*v1alpha1.SyncPolicy{
		false: {nil, {}, {Automated: &v1alpha1.SyncPolicyAutomated{Enabled: &no}}},
		true:  {{Automated: &v1alpha1.SyncPolicyAutomated{}}},
	} {
		for _, p := range policy {
			if got := p.IsAutomatedSyncEnabled(); got != want {
				t.Errorf("automated %v, want %v, for %+v", got, want, p)
			}
		}
	}
	if spec.SyncPolicy.IsAutomatedSyncEnabled() || (*v1alpha1.SyncPolicyAutomated)(nil).GetPrune() {
		t.Error("a nil policy does something")
	}
}

func TestSyncOptions(t *testing.T) {
	options := v1alpha1.SyncOptions{"CreateNamespace=true", "PrunePropagationPolicy=background"}
	if !options.HasOption("CreateNamespace=true") || options.HasOption("CreateNamespace=false") {
		t.Error("HasOption")
	}
	if got := options.GetOptionValue("PrunePropagationPolicy"); got == nil || *got != "background" {
		t.Errorf("GetOptionValue = %v", got)
	}
	if got := options.GetOptionValue("Prune"); got != nil {
		t.Errorf("a prefix of a name matches: %s", *got)
	}
}

func TestAnnotationsAndFinalizers(t *testing.T) {
	for value, want := range map[string]v1alpha1.RefreshType{"normal": v1alpha1.RefreshTypeNormal, "hard": v1alpha1.RefreshTypeHard, "": v1alpha1.RefreshTypeNormal} {
		app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{v1alpha1.AnnotationKeyRefresh: value}}}
		if got, asked := app.IsRefreshRequested(); !asked || got != want {
			t.Errorf("refresh %q is %q, %v", value, got, asked)
		}
	}
	if _, asked := (&v1alpha1.Application{}).IsRefreshRequested(); asked {
		t.Error("no annotation asks for a refresh")
	}
	for finalizer, want := range map[string]bool{
		"resources-finalizer.argocd.argoproj.io":            true,
		"resources-finalizer.argocd.argoproj.io/background": true,
		"resources-finalizer.argocd.argoproj.io/foreground": true,
		"pre-delete-finalizer.argocd.argoproj.io":           false,
		"example.com/other":                                 false,
	} {
		app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Finalizers: []string{finalizer}}}
		if got := app.CascadedDeletion(); got != want {
			t.Errorf("%s cascades: %v", finalizer, got)
		}
	}
}
