package source

import (
	"context"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Kind is where content comes from.
type Kind string

// The kinds of source.
const (
	// KindGit is a repository read at one commit.
	KindGit Kind = "Git"
	// KindHelm is a chart of an HTTP(S) chart repository.
	KindHelm Kind = "Helm"
	// KindOCIChart is a chart in an OCI registry: a registry, maybe with a
	// path, and a chart's name below it.
	KindOCIChart Kind = "OCIChart"
	// KindOCI is an OCI artifact, "oci://registry/path": plain manifests, a
	// kustomization, or a chart.
	KindOCI Kind = "OCI"
	// KindFile is a single file at an HTTP(S) URL, such as a value file.
	KindFile Kind = "File"
)

// Spec says what is wanted: a place, and a revision in that place's own words.
type Spec struct {
	Kind Kind
	// RepoURL as the Application writes it: of a repository, a registry (with
	// or without "oci://"), or a file.
	RepoURL string
	// Chart is the name of a chart; for the two kinds of chart only.
	Chart string
	// Revision is the requested one: branch, tag, commit, HEAD or "" (Git); a
	// version (chart); a tag or digest (OCI); a range of versions for each of
	// these. A file has none.
	Revision string
	// TagPrefix goes before a version or range in Revision, and only tags that
	// begin with it count. For Git only.
	TagPrefix string
	// PassCredentials hands the chart repository's credential to whatever host
	// its index names for an archive, as Argo CD's helm.passCredentials.
	PassCredentials bool
}

// Of is the Spec of an Application's source. As in Argo CD, "oci://" without a
// chart is an artifact; a chart whose repository has no scheme is in an OCI
// registry. A chart under "oci://" is taken as one in that registry too.
func Of(s v1alpha1.ApplicationSource) Spec {
	spec := Spec{Kind: KindGit, RepoURL: s.RepoURL, Chart: s.Chart, Revision: s.TargetRevision, TagPrefix: s.TagPrefix}
	switch {
	case s.IsOCI() && !s.IsHelm():
		spec.Kind = KindOCI
	case s.IsHelm() && (s.IsOCI() || !strings.Contains(s.RepoURL, "://")):
		spec.Kind = KindOCIChart
	case s.IsHelm():
		spec.Kind = KindHelm
		spec.PassCredentials = s.Helm != nil && s.Helm.PassCredentials
	}
	if spec.Kind != KindGit {
		spec.TagPrefix = ""
	}
	return spec
}

// FileAt is the Spec of the file at an HTTP(S) URL.
func FileAt(url string) Spec { return Spec{Kind: KindFile, RepoURL: url} }

// Pin is a Spec with its revision resolved. Two fetches of one Pin give the
// same content, or an error.
type Pin struct {
	Spec Spec
	// Revision is exact: a full commit (Git), a version (chart), or the digest
	// of the manifest (OCI) or of the content (file).
	Revision string
	// Name is the tag that was chosen where a range, or a tag of an OCI
	// artifact, was asked for. Else "".
	Name string
	// Digest is "sha256:" and 64 digits: of a chart's archive, an OCI manifest
	// or a file. Git needs none, a commit is one.
	Digest string
	// Location is where the archive of a chart was found, absolute. It is a
	// hint that saves reading the index again, and may be "".
	Location string
}

// Content is what a Pin stands for.
type Content struct {
	// FS is read-only. A chart's own folder is its root; an OCI artifact's
	// root is that of its archive; a file is alone there, as [FileName].
	FS *Tree
	// Revision and Digest are those of the Pin, the digest computed from what
	// arrived where the Pin had none.
	Revision, Digest string
}

// FileName is what a fetched [KindFile] is called in its tree.
const FileName = "file"

// Verifier decides whether content may be used: the place for checks of
// signatures (commits, provenance files, cosign). It is asked for every Fetch,
// after digests were compared and before anybody reads. An error refuses the
// content, and should wrap [ErrRefused].
type Verifier interface {
	Verify(ctx context.Context, pin Pin, content Content) error
}
