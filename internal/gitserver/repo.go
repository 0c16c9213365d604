package gitserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Repo is one bare repository of a server.
type Repo struct {
	server *Server
	name   string
	dir    string
}

// RepoOptions say how a repository behaves.
type RepoOptions struct {
	// DenySHA refuses fetches of a commit by its hash, as many servers do for
	// commits that no branch or tag points at. It governs protocols 0 and 1;
	// git's protocol 2 always allows them.
	DenySHA bool
	// Message of the first commit; empty means "initial commit".
	Message string
}

// NewRepo makes a bare repository whose branch main has one commit with the
// given files.
func (s *Server) NewRepo(ctx context.Context, name string, files fs.FS) (*Repo, error) {
	return s.NewRepoWith(ctx, name, files, RepoOptions{})
}

// NewRepoWith is NewRepo with options.
func (s *Server) NewRepoWith(ctx context.Context, name string, files fs.FS, opts RepoOptions) (*Repo, error) {
	r, err := s.repo(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(r.dir); err == nil {
		return nil, fmt.Errorf("make repository %s: it exists already", name)
	}
	change, err := changeOf(files)
	if err != nil {
		return nil, fmt.Errorf("make repository %s: %w", name, err)
	}
	if change.Message = opts.Message; change.Message == "" {
		change.Message = "initial commit"
	}
	if _, err := s.git.run(ctx, "", "init", "--quiet", "--bare", "--initial-branch=main", r.dir); err != nil {
		return nil, err
	}
	anySHA := fmt.Sprint(!opts.DenySHA)
	for key, value := range map[string]string{
		"http.receivepack":              "true",
		"uploadpack.allowAnySHA1InWant": anySHA,
	} {
		if _, err := r.git(ctx, "", "config", key, value); err != nil {
			return nil, err
		}
	}
	if _, err := r.Commit(ctx, change); err != nil {
		return nil, err
	}
	return r, nil
}

// OpenRepo returns a repository made earlier in the same directory.
func (s *Server) OpenRepo(name string) (*Repo, error) {
	r, err := s.repo(name)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(r.dir, "HEAD")); err != nil {
		return nil, fmt.Errorf("open repository %s: %w", name, err)
	}
	return r, nil
}

func (s *Server) repo(name string) (*Repo, error) {
	name = strings.TrimSuffix(name, ".git")
	if !filepath.IsLocal(name) || name == "." {
		return nil, fmt.Errorf("repository name %q leaves the server's directory", name)
	}
	return &Repo{server: s, name: name, dir: filepath.Join(s.root, name+".git")}, nil
}

// URL to clone from and push to.
func (r *Repo) URL() string { return r.server.URL(r.name) }

// Dir of the bare repository on disk.
func (r *Repo) Dir() string { return r.dir }

// Head is the commit that a branch, tag or other revision points at; "" means
// the branch main.
func (r *Repo) Head(ctx context.Context, revision string) (string, error) {
	if revision == "" {
		revision = "main"
	}
	return r.git(ctx, "", "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
}

// Tag points a tag at a commit; with a message it is an annotated one.
func (r *Repo) Tag(ctx context.Context, tag, commit, message string) error {
	args := []string{"tag", "--force", tag, commit}
	if message != "" {
		args = append([]string{"-c", "user.name=" + authorName, "-c", "user.email=" + authorEmail},
			"tag", "--force", "--annotate", "--message="+message, tag, commit)
	}
	_, err := r.git(ctx, "", args...)
	return err
}

// DeleteBranch removes a branch.
func (r *Repo) DeleteBranch(ctx context.Context, branch string) error {
	_, err := r.git(ctx, "", "update-ref", "-d", "refs/heads/"+branch)
	return err
}

// Remove deletes the whole repository.
func (r *Repo) Remove() error {
	if r.dir == "" {
		return errors.New("remove repository: no directory")
	}
	return os.RemoveAll(r.dir)
}

func (r *Repo) git(ctx context.Context, stdin string, args ...string) (string, error) {
	return r.server.git.run(ctx, stdin, append([]string{"--git-dir=" + r.dir}, args...)...)
}
