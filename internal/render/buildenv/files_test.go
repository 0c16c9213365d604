package buildenv_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
)

func TestRemoteFilesThatAreKnownBeforeAnythingIsResolved(t *testing.T) {
	app := &v1alpha1.Application{}
	app.Name, app.Spec.Destination.Namespace = "airflow", "data"
	app.Spec.Sources = v1alpha1.ApplicationSources{
		{RepoURL: "https://charts.example.com", Chart: "airflow", TargetRevision: "1.x", Helm: &v1alpha1.ApplicationSourceHelm{
			ValueFiles: []string{
				"values.yaml", "$values/prod.yaml", "https://files.example.com/$ARGOCD_APP_NAME/${ARGOCD_APP_NAMESPACE}.yaml",
				"https://files.example.com/$ARGOCD_APP_REVISION_SHORT.yaml", "https://files.example.com/$KUBE_VERSION.yaml",
				"https://files.example.com/of-$ARGOCD_APP_SOURCE_TARGET_REVISION.yaml",
			},
			FileParameters: []v1alpha1.HelmFileParameter{{Name: "a", Path: "https://files.example.com/text"}},
		}},
		{RepoURL: "https://git.example.com/a.git", Path: "b", Helm: &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"https://files.example.com/text"}}},
		{RepoURL: "https://git.example.com/values.git", Ref: "values"},
	}
	want := []string{
		"https://files.example.com/airflow/data.yaml",
		"https://files.example.com/of-1.x.yaml",
		"https://files.example.com/text",
	}
	if diff := cmp.Diff(want, buildenv.RemoteFilesOf(app)); diff != "" {
		t.Error(diff)
	}
}
