package buildenv

import (
	"os"
	"strings"
)

// Values are what the variables of one source hold.
type Values struct {
	// Name, Namespace and Project are the Application's name, its destination
	// namespace and its project.
	Name, Namespace, Project string
	// Revision is the resolved one: a commit, a chart's version, or the digest
	// of an OCI artifact.
	Revision string
	// RepoURL, Path and TargetRevision are as the source writes them.
	RepoURL, Path, TargetRevision string
	// KubeVersion and APIVersions are the destination's.
	KubeVersion string
	APIVersions []string
}

// Map is the build environment.
// https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
func (v Values) Map() map[string]string {
	return map[string]string{
		"ARGOCD_APP_NAME":                   v.Name,
		"ARGOCD_APP_NAMESPACE":              v.Namespace,
		"ARGOCD_APP_PROJECT_NAME":           v.Project,
		"ARGOCD_APP_REVISION":               v.Revision,
		"ARGOCD_APP_REVISION_SHORT":         prefix(v.Revision, 7),
		"ARGOCD_APP_REVISION_SHORT_8":       prefix(v.Revision, 8),
		"ARGOCD_APP_SOURCE_REPO_URL":        v.RepoURL,
		"ARGOCD_APP_SOURCE_PATH":            v.Path,
		"ARGOCD_APP_SOURCE_TARGET_REVISION": v.TargetRevision,
		"KUBE_VERSION":                      strings.TrimPrefix(v.KubeVersion, "v"),
		"KUBE_API_VERSIONS":                 strings.Join(v.APIVersions, ","),
	}
}

// Expander replaces $NAME and ${NAME} by env and "$$" by "$"; unknown names
// become "".
func Expander(env map[string]string) func(string) string {
	return func(text string) string {
		return os.Expand(text, func(name string) string {
			if name == "$" {
				return "$"
			}
			return env[name]
		})
	}
}

func prefix(s string, n int) string { return s[:min(n, len(s))] }
