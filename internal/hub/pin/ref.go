package pin

import (
	"cmp"
	"slices"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
	"github.com/fairlead/fairlead/internal/source"
)

// Ref is one revision of one source as Applications ask for it, or a value file
// at a URL.
type Ref = source.Spec

// GitRef is a revision of a Git repository.
func GitRef(repoURL, revision string) Ref {
	return Ref{Kind: source.KindGit, RepoURL: repoURL, Revision: revision}
}

// RefsOf lists what an Application asks for: its sources, then its value files
// at URLs.
func RefsOf(app *v1alpha1.Application) []Ref { return slices.Concat(sourcesOf(app), filesOf(app)) }

func sourcesOf(app *v1alpha1.Application) []Ref {
	var out []Ref
	for _, s := range app.Spec.GetSources() {
		if s.RepoURL != "" {
			out = append(out, source.Of(s))
		}
	}
	return out
}

func filesOf(app *v1alpha1.Application) []Ref {
	var out []Ref
	for _, url := range buildenv.RemoteFilesOf(app) {
		out = append(out, source.FileAt(url))
	}
	return out
}

// refOf is what a line of a Pin was requested as.
func refOf(p fleet.PinnedRevision, file bool) Ref {
	if file {
		return source.FileAt(p.RepoURL)
	}
	s := v1alpha1.ApplicationSource{RepoURL: p.RepoURL, Chart: p.Chart, TargetRevision: p.TargetRevision, TagPrefix: p.TagPrefix}
	if p.PassCredentials {
		s.Helm = &v1alpha1.ApplicationSourceHelm{PassCredentials: true}
	}
	return source.Of(s)
}

// pinned is a line of a Pin as the catalog takes it.
func pinned(ref Ref, p fleet.PinnedRevision) source.Pin {
	return source.Pin{Spec: ref, Revision: p.Revision, Digest: p.Digest, Location: p.Location}
}

func compareRefs(a, b Ref) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), a.Requested().Compare(b.Requested()))
}
