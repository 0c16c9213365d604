package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/generators"
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
			return nil, fmt.Errorf("--repo %q: want URL[@REVISION]=DIR", generators.MaskURL(flag))
		}
		repo, dir := flag[:i], flag[i+1:]
		shown := generators.MaskURL(repo) + "=" + dir
		if info, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("--repo %q: %w", shown, err)
		} else if !info.IsDir() {
			return nil, fmt.Errorf("--repo %q: %s is not a folder", shown, dir)
		}
		if _, taken := out[repo]; taken {
			return nil, fmt.Errorf("--repo %q: %s is given twice", shown, generators.MaskURL(repo))
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
	wanted := generators.Repository{URL: repoURL, Revision: revision}
	if near := f.near(repoURL); len(near) > 0 {
		return "", fmt.Errorf("this command reads no network: add --repo %s=DIR; %s is given, which is not the same", wanted, strings.Join(near, ", "))
	}
	return "", fmt.Errorf("this command reads no network: add --repo %s=DIR", wanted)
}

// near are the repositories given that may have been meant, sorted.
func (f folders) near(repoURL string) []string {
	var out []string
	for given := range f {
		address := given
		if at := strings.LastIndexByte(given, '@'); at > strings.LastIndexAny(given, ":") {
			address = given[:at]
		}
		if plainURL(given) == plainURL(repoURL) || plainURL(address) == plainURL(repoURL) {
			out = append(out, generators.MaskURL(given))
		}
	}
	slices.Sort(out)
	return out
}

// plainURL is what two ways to write a repository's URL share.
func plainURL(repoURL string) string {
	return strings.TrimSuffix(strings.TrimRight(strings.ToLower(repoURL), "/"), ".git")
}

// Fetch reads the folder.
func (f folders) Fetch(_ context.Context, req source.Request) (*source.Tree, error) {
	return source.Dir(req.Commit, req.Commit), nil
}
