package buildenv

import (
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// RemoteFiles are the URLs among the value files and file parameters of a
// source, once each in the order in which they stand, with variables replaced
// by env.
func RemoteFiles(source v1alpha1.ApplicationSource, env func(string) string) []string {
	if source.Helm == nil {
		return nil
	}
	names := slices.Clone(source.Helm.ValueFiles)
	for _, p := range source.Helm.FileParameters {
		names = append(names, p.Path)
	}
	var out []string
	for _, name := range names {
		if url := env(name); strings.Contains(url, "://") && !slices.Contains(out, url) {
			out = append(out, url)
		}
	}
	return out
}

// unknown stands for what is not known yet. No URL holds it.
const unknown = "\x00"

// RemoteFilesOf are the URLs among the value files of an Application that
// follow from what is written in it, once each. One that holds the resolved
// revision or the destination's version is left out: only who renders knows it.
func RemoteFilesOf(app *v1alpha1.Application) []string {
	var out []string
	for _, s := range app.Spec.GetSources() {
		if s.Helm == nil {
			continue
		}
		env := Expander(Values{
			Name: app.Name, Namespace: app.Spec.Destination.Namespace, Project: app.Spec.GetProject(),
			RepoURL: s.RepoURL, Path: s.Path, TargetRevision: s.TargetRevision,
			Revision: strings.Repeat(unknown, 8), KubeVersion: unknown, APIVersions: []string{unknown},
		}.Map())
		for _, url := range RemoteFiles(s, env) {
			if !strings.Contains(url, unknown) && !slices.Contains(out, url) {
				out = append(out, url)
			}
		}
	}
	return out
}
