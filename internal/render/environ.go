package render

import (
	"maps"

	"github.com/fairlead/fairlead/internal/render/buildenv"
)

// Environ is the build environment of a request: the variables that
// parameters, value file names and annotations may refer to.
func Environ(req Request) map[string]string {
	env := buildenv.Values{
		Name: req.Name, Namespace: req.Namespace, Revision: req.Revision,
		RepoURL: req.Source.RepoURL, Path: req.Source.Path, TargetRevision: req.Source.TargetRevision,
		KubeVersion: req.KubeVersion, APIVersions: req.APIVersions,
	}.Map()
	maps.Copy(env, req.Env)
	return env
}
