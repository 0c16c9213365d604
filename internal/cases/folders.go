package cases

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/source"
)

const (
	reposDir  = "repos"
	reposFile = "repos.yaml"
)

// folders serve a case's folders as Git repositories. The folder of a
// repository is its commit.
type folders struct {
	dir string
	// named are the folders that repos.yaml gives to URL or URL@REVISION.
	named map[string]string
}

func openFolders(dir string) (*folders, error) {
	f := &folders{dir: filepath.Join(dir, reposDir), named: map[string]string{}}
	text, err := os.ReadFile(filepath.Join(dir, reposFile))
	if os.IsNotExist(err) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", reposFile, withoutPath(err))
	}
	if err := yaml.UnmarshalStrict(text, &f.named); err != nil {
		return nil, fmt.Errorf("%s: want URL or URL@REVISION: folder of %s: %w", reposFile, reposDir, located(text, err))
	}
	for repo, folder := range f.named {
		if !fs.ValidPath(folder) {
			return nil, fmt.Errorf("%s: %s: %q is no folder of %s", reposFile, generators.MaskURL(repo), folder, reposDir)
		}
	}
	return f, nil
}

// Resolve finds the folder of a repository: by repos.yaml for that revision
// and then for any, and failing that by name, NAME@REVISION before NAME.
func (f *folders) Resolve(_ context.Context, repoURL, revision string) (string, error) {
	at := cmp.Or(revision, "HEAD")
	for _, key := range []string{repoURL + "@" + at, repoURL} {
		folder, ok := f.named[key]
		if ok && !isDir(filepath.Join(f.dir, folder)) {
			return "", fmt.Errorf("repository not found: there is no folder %s/%s, which %s names", reposDir, folder, reposFile)
		}
		if ok {
			return folder, nil
		}
	}
	name := repositoryName(repoURL)
	if name == "" {
		return "", fmt.Errorf("repository %q not found", generators.MaskURL(repoURL))
	}
	withRevision := name + "@" + strings.ReplaceAll(at, "/", "_")
	for _, folder := range []string{withRevision, name} {
		if isDir(filepath.Join(f.dir, folder)) {
			return folder, nil
		}
	}
	return "", fmt.Errorf("repository not found: there is neither %s/%s nor %s/%s", reposDir, withRevision, reposDir, name)
}

// Fetch reads the folder.
func (f *folders) Fetch(_ context.Context, req source.Request) (*source.Tree, error) {
	return source.Dir(filepath.Join(f.dir, req.Commit), req.Commit), nil
}

// repositoryName is the last part of a URL's path without .git; empty if that
// names no folder.
func repositoryName(repoURL string) string {
	name := strings.TrimSuffix(path.Base(strings.TrimRight(repoURL, "/")), ".git")
	name = name[strings.LastIndexByte(name, ':')+1:] // host:repo.git
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	return name
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}
