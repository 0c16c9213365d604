package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/fairlead/fairlead/internal/source"
)

// folders stand for Git repositories: URL or URL@REVISION to a local folder.
type folders map[string]string

// newFolders reads --repo flags. The last '=' separates the folder; what
// stands before it is compared whole, so a URL may hold '@' itself.
func newFolders(flags []string) (folders, error) {
	out := folders{}
	for _, flag := range flags {
		i := strings.LastIndexByte(flag, '=')
		if i <= 0 || i == len(flag)-1 {
			return nil, fmt.Errorf("--repo %q: want URL[@REVISION]=DIR", flag)
		}
		repo, dir := flag[:i], flag[i+1:]
		if info, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("--repo %q: %w", flag, err)
		} else if !info.IsDir() {
			return nil, fmt.Errorf("--repo %q: %s is not a folder", flag, dir)
		}
		if _, taken := out[repo]; taken {
			return nil, fmt.Errorf("--repo %q: %s is given twice", flag, repo)
		}
		out[repo] = dir
	}
	return out, nil
}

// Resolve prefers the folder of that very revision to one of any revision. The
// folder serves as the commit.
func (f folders) Resolve(_ context.Context, repoURL, revision string) (string, error) {
	if revision == "" {
		revision = "HEAD"
	}
	if dir, ok := f[repoURL+"@"+revision]; ok {
		return dir, nil
	}
	if dir, ok := f[repoURL]; ok {
		return dir, nil
	}
	return "", fmt.Errorf("this command reads no network: add --repo %s@%s=DIR", repoURL, revision)
}

// Fetch reads the folder.
func (f folders) Fetch(_ context.Context, req source.Request) (*source.Tree, error) {
	return source.Dir(req.Commit, req.Commit), nil
}
