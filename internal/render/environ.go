package render

import (
	"maps"
	"os"
	"strings"
)

// Environ is the build environment of a request: the ARGOCD_APP_ variables
// that parameters, value file names and annotations may refer to.
// https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
func Environ(req Request) map[string]string {
	env := map[string]string{
		"ARGOCD_APP_NAME":                   req.Name,
		"ARGOCD_APP_NAMESPACE":              req.Namespace,
		"ARGOCD_APP_REVISION":               req.Revision,
		"ARGOCD_APP_REVISION_SHORT":         prefix(req.Revision, 7),
		"ARGOCD_APP_REVISION_SHORT_8":       prefix(req.Revision, 8),
		"ARGOCD_APP_SOURCE_REPO_URL":        req.Source.RepoURL,
		"ARGOCD_APP_SOURCE_PATH":            req.Source.Path,
		"ARGOCD_APP_SOURCE_TARGET_REVISION": req.Source.TargetRevision,
		"KUBE_VERSION":                      strings.TrimPrefix(req.KubeVersion, "v"),
		"KUBE_API_VERSIONS":                 strings.Join(req.APIVersions, ","),
	}
	maps.Copy(env, req.Env)
	return env
}

// expander replaces $NAME and ${NAME} by env and "$$" by "$"; unknown names
// become "". The process's own environment is never read.
func expander(env map[string]string) func(string) string {
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
