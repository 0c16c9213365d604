package source

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-logr/logr"
)

// GitOptions configure a [Git]. CacheDir is required.
type GitOptions struct {
	// CacheDir holds one folder of packs per URL, named by the URL's hash. It
	// belongs to one process at a time and may be deleted whenever none runs.
	CacheDir string
	// Limits bound each repository; zero fields take the defaults.
	Limits Limits
	// AllowFile permits file:// URLs and absolute paths as repositories. For
	// tests and the command line only: such a repository is a local folder.
	AllowFile bool
	// Credentials for repositories over HTTP(S); nil means none.
	Credentials Credentials
	// RefuseLoopback refuses servers on this machine. Servers on the local
	// link, and metadata services of clouds, are always refused.
	RefuseLoopback bool
	// Logger reports what callers cannot see, such as a cache thrown away.
	Logger logr.Logger
}

// Request names one commit of one repository.
type Request struct {
	// RepoURL is the repository as the Application writes it.
	RepoURL string
	// Revision is what was asked for (branch, tag, HEAD, commit, ""). It is a
	// hint: where a server does not hand out single commits it says which
	// history to search for Commit.
	Revision string
	// TagPrefix as in [Spec]; it belongs to the hint.
	TagPrefix string
	// Commit is the full SHA-1 the revision was resolved to: 40 hex digits.
	Commit string
}

// Git reads Git repositories. It is safe for concurrent use; fetches of one
// repository wait for each other.
type Git struct {
	opts      GitOptions
	reach     Reach
	transport *http.Transport

	mu           sync.Mutex
	repositories map[string]*repository
}

// NewGit returns a Git that caches below opts.CacheDir. Nothing is read or
// written until the first call.
func NewGit(opts GitOptions) *Git {
	opts.Limits = opts.Limits.OrDefaults()
	reach := Reach{Loopback: !opts.RefuseLoopback}
	return &Git{
		opts:         opts,
		reach:        reach,
		transport:    reach.Transport(),
		repositories: map[string]*repository{},
	}
}

// Close ends idle connections. The Git stays usable.
func (g *Git) Close() { g.transport.CloseIdleConnections() }

// Resolve returns the commit that revision stands for at the server now.
//
//   - "" and HEAD: the default branch.
//   - refs/heads/x, refs/tags/x or any other full reference name: that one.
//   - a range of versions ("*", "1.x", ">=1.2 <2"): the highest tag that
//     satisfies it, see [Highest]; if there is none, a branch or tag of that
//     name.
//   - x: the branch x, else the tag x (the commit an annotated tag points at).
//   - a full commit: itself, without asking the server.
//   - the beginning of a commit (7 digits or more): that commit, if exactly one
//     was fetched before; servers cannot be asked for it.
//
// Errors wrap ErrNotFound, ErrUnavailable, ErrDenied, ErrTooLarge or
// ErrRefused.
func (g *Git) Resolve(ctx context.Context, repoURL, revision string) (string, error) {
	commit, _, err := g.ResolveTag(ctx, repoURL, "", revision)
	return commit, err
}

// ResolveTag is Resolve with a prefix that goes before versions and ranges:
// only tags that begin with it count. tag is the one that a range meant, or "".
func (g *Git) ResolveTag(ctx context.Context, repoURL, prefix, revision string) (commit, tag string, err error) {
	scheme, err := g.check(repoURL, prefix+revision)
	if err != nil {
		return "", "", fmt.Errorf("resolve revision: %w", err)
	}
	if isCommit(revision) {
		return strings.ToLower(revision), "", nil
	}
	ctx, cancel := context.WithTimeout(ctx, g.opts.Limits.Timeout)
	defer cancel()
	commit, tag, err = g.resolve(ctx, repoURL, scheme, prefix, revision)
	if err != nil {
		return "", "", fmt.Errorf("resolve revision %q of %s: %w", revision, repoURL, err)
	}
	return commit, tag, nil
}

func (g *Git) resolve(ctx context.Context, repoURL, scheme, prefix, revision string) (commit, tag string, err error) {
	remote, err := g.dial(ctx, repoURL, scheme)
	if err != nil {
		return "", "", err
	}
	defer remote.close()
	if hash, _, tag, found := lookup(remote.refs, prefix, revision); found {
		return hash.String(), tag, nil
	}
	if IsRange(revision) {
		return "", "", fmt.Errorf("tag %sin this range of versions %w", below(prefix), ErrNotFound)
	}
	if !isShortCommit(revision) {
		return "", "", fmt.Errorf("branch or tag %w", ErrNotFound)
	}
	repo := g.repository(repoURL)
	if err := repo.lock(ctx); err != nil {
		return "", "", err
	}
	defer repo.unlock()
	commit, err = repo.expand(strings.ToLower(revision))
	return commit, "", err
}

// below says of which tags an error speaks.
func below(prefix string) string {
	if prefix == "" {
		return ""
	}
	return fmt.Sprintf("that begins with %q ", prefix)
}

// Fetch returns the tree of req.Commit, from the cache if it is there.
// Errors wrap the same kinds as those of Resolve; ErrNotFound says that the
// commit is no longer reachable from the revision.
func (g *Git) Fetch(ctx context.Context, req Request) (*Tree, error) {
	scheme, err := g.check(req.RepoURL, req.Revision)
	if err != nil {
		return nil, fmt.Errorf("fetch: %w", err)
	}
	if !isCommit(req.Commit) {
		return nil, fmt.Errorf("fetch %s: %q is not a full commit; resolve the revision first: %w", req.RepoURL, req.Commit, ErrRefused)
	}
	ctx, cancel := context.WithTimeout(ctx, g.opts.Limits.Timeout)
	defer cancel()
	repo := g.repository(req.RepoURL)
	if err := repo.lock(ctx); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", req.RepoURL, err)
	}
	defer repo.unlock()
	commit := plumbing.NewHash(req.Commit)
	files, err := repo.fetch(ctx, req, commit, func(ctx context.Context) (*remote, error) {
		return g.dial(ctx, req.RepoURL, scheme)
	})
	if err != nil {
		return nil, fmt.Errorf("fetch %s at %s: %w", req.RepoURL, commit, err)
	}
	return &Tree{Commit: commit.String(), files: files}, nil
}

func (g *Git) check(repoURL, revision string) (scheme string, err error) {
	if scheme, err = checkURL(repoURL, g.opts.AllowFile); err != nil {
		return "", err
	}
	return scheme, checkRevision(revision)
}

// repository returns the one repository of a URL.
func (g *Git) repository(repoURL string) *repository {
	g.mu.Lock()
	defer g.mu.Unlock()
	r, ok := g.repositories[repoURL]
	if !ok {
		r = newRepository(g.opts, repoURL)
		g.repositories[repoURL] = r
	}
	return r
}
