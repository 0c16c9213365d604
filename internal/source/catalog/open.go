package catalog

import (
	"path/filepath"

	"github.com/fairlead/fairlead/internal/source"
)

// Open returns a Catalog, and the Git that it reads repositories with, that
// cache below dir: Git's packs in "git", all else in "sources". Credentials,
// limits and reach that o leaves empty are Git's: a server that may hold a
// repository may hold a chart.
func Open(dir string, git source.GitOptions, o Options) (*Catalog, *source.Git) {
	git.CacheDir = filepath.Join(dir, "git")
	o.CacheDir = filepath.Join(dir, "sources")
	if o.Credentials == nil {
		o.Credentials = git.Credentials
	}
	if o.Limits == (source.Limits{}) {
		o.Limits = git.Limits
	}
	if o.Reach == (source.Reach{}) {
		o.Reach = source.Reach{Loopback: !git.RefuseLoopback}
	}
	o.Git = source.NewGit(git)
	return New(o), o.Git
}
