package examples

import (
	"embed"
	"io/fs"
)

// "all:" because Helm's helper templates begin with an underscore.
//
//go:embed all:ai-deployments
var files embed.FS

// AIDeployments is the repository that `fairlead demo` serves: Kustomize base
// and overlays, a Helm chart, an app-of-apps root and one ApplicationSet. Its
// repoURLs are the placeholder RepoURL.
func AIDeployments() fs.FS {
	sub, err := fs.Sub(files, "ai-deployments")
	if err != nil {
		panic(err) // the name is a constant: only a broken build gets here
	}
	return sub
}

// RepoURL is where the examples claim to live; who serves them replaces it.
const RepoURL = "https://github.com/your-org/ai-deployments"
