package apply

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestSettingsOfAnApplication(t *testing.T) {
	got, warnings := ParseSettings(v1alpha1.SyncOptions{
		"CreateNamespace=true", "Validate=false", "Prune=confirm", "Delete=false", "PruneLast=true",
		"PrunePropagationPolicy=orphan", "Replace=true", "ServerSideApply=false", "FailOnSharedResource=true",
		"ApplyOutOfSyncOnly=true", "RespectIgnoreDifferences=true", "ClientSideApplyMigration=false",
		"SkipDryRunOnMissingResource=true", "Prun=false", "Prune=maybe", "Force=true",
	})
	want := Settings{
		CreateNamespace: true, SkipValidation: true, Prune: Ask, Delete: Never, PruneLast: true,
		Propagation: metav1.DeletePropagationOrphan, Replace: true, FailOnSharedResource: true,
		ApplyOutOfSyncOnly: true, RespectIgnoreDifferences: true, KeepManagers: true, SkipDryRunOnMissingResource: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if len(warnings) != 3 {
		t.Fatalf("warnings %q", warnings)
	}
	wantText(t, strings.Join(warnings, "; "), `"Prun=false" is not known`, `"Prune=maybe"`, "true, false, confirm", `"Force=true" has no effect on the application`)
}

func TestObjectsOwnOptionsWin(t *testing.T) {
	obj := objects(t, configMap("a", "1", `argocd.argoproj.io/sync-options: " Prune=true , Replace=false,Force=true,ApplyOutOfSyncOnly=true"`))[0]
	got := Settings{Prune: Never, Replace: true, PruneLast: true}.on(obj)
	if diff := cmp.Diff(Settings{Prune: Always, Force: true, PruneLast: true}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestUnknownOptionNamesItsObject(t *testing.T) {
	s := newSite(t)
	w := s.prepare(docs(configMap("a", "1", "argocd.argoproj.io/sync-options: Prunes=false"), configMap("b", "1"))).Warnings()
	if len(w) != 1 {
		t.Fatalf("warnings %q", w)
	}
	wantText(t, w[0], "ConfigMap "+s.namespace+"/a", `"Prunes=false" is not known`)
}
