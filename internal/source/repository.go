package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-logr/logr"
)

// minIncrement is the least budget, in bytes, of a fetch that adds to what is
// there. See budget.
const minIncrement = 4 << 20

// searchDepths are how far back a history is searched, step by step, for a
// commit the server does not hand out by name; the last one means all of it.
var searchDepths = [...]int{50, 1000, math.MaxInt32}

// repository is the cache of one URL.
type repository struct {
	url    string
	dir    string
	limits Limits
	log    logr.Logger
	busy   chan struct{} // the lock: one element while held

	generation *generation // nil until the first use
}

func newRepository(opts GitOptions, repoURL string) *repository {
	return &repository{
		url:    repoURL,
		dir:    filepath.Join(opts.CacheDir, cacheKey(repoURL)),
		limits: opts.Limits,
		log:    opts.Logger.WithValues("repository", repoURL),
		busy:   make(chan struct{}, 1),
	}
}

// lock waits for other fetches of the same repository.
func (r *repository) lock(ctx context.Context) error {
	select {
	case r.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: another fetch of this repository did not end in time", ErrUnavailable)
	}
}

func (r *repository) unlock() { <-r.busy }

// open makes sure there is a generation to work with; a damaged one is
// replaced.
func (r *repository) open() error {
	if r.generation != nil && !r.generation.damaged.Load() {
		return nil
	}
	if r.generation == nil {
		g, err := latest(r.dir, r.limits)
		if err == nil {
			r.generation = g
			return nil
		}
		if !errors.Is(err, errDamaged) {
			return err
		}
	}
	return r.startOver("the cache is damaged")
}

// startOver leaves the generation in use behind.
func (r *repository) startOver(why string) error {
	r.log.Info("fetching the repository anew", "reason", why)
	g, err := next(r.dir, r.limits)
	if err != nil {
		return err
	}
	r.generation = g
	return nil
}

// fetch returns the files of commit, after bringing it here if need be.
func (r *repository) fetch(ctx context.Context, req Request, commit plumbing.Hash, dial func(context.Context) (*remote, error)) (*commitFiles, error) {
	if err := r.open(); err != nil {
		return nil, err
	}
	files, found, err := r.files(commit)
	if errors.Is(err, errDamaged) {
		if err := r.startOver(err.Error()); err != nil {
			return nil, err
		}
	} else if found || err != nil {
		return files, err
	}
	remote, err := dial(ctx)
	if err != nil {
		return nil, err
	}
	defer remote.close()
	if err := r.bring(ctx, remote, req, commit); err != nil {
		return nil, err
	}
	files, _, err = r.files(commit)
	if errors.Is(err, errDamaged) { // the server left something out: ask for everything
		if err := r.startOver(err.Error()); err != nil {
			return nil, err
		}
		if err := r.bring(ctx, remote, req, commit); err != nil {
			return nil, err
		}
		files, _, err = r.files(commit)
	}
	if errors.Is(err, errDamaged) {
		return nil, fmt.Errorf("%w: the server sent an incomplete commit: %w", ErrUnavailable, err)
	}
	return files, err
}

// files returns the content of commit if it is here and whole.
func (r *repository) files(commit plumbing.Hash) (files *commitFiles, found bool, err error) {
	g := r.generation
	if root, ok := g.checked[commit]; ok {
		return newCommitFiles(g.objects, root), true, nil
	}
	root, found, err := g.commitTree(commit)
	if err != nil || !found {
		return nil, found, err
	}
	files = newCommitFiles(g.objects, root)
	if err := files.check(r.limits); err != nil {
		return nil, true, err
	}
	g.checked[commit] = root
	return files, true, nil
}

// bring fetches commit: what is new if the cache holds other commits, a single
// commit otherwise. An addition that costs more than a fresh start (the
// history was rewritten, or an old branch was merged) becomes a fresh start.
func (r *repository) bring(ctx context.Context, remote *remote, req Request, commit plumbing.Hash) error {
	if packs, _ := r.generation.weight(); packs >= r.limits.Packs {
		if err := r.startOver("many small packs"); err != nil {
			return err
		}
	}
	fresh := len(r.generation.borders.Haves) == 0
	err := r.pull(ctx, remote, req, commit, r.budget())
	if fresh || err == nil || !errors.Is(err, ErrTooLarge) {
		return err
	}
	if err := r.startOver("an addition outweighs a fresh start"); err != nil {
		return err
	}
	return r.pull(ctx, remote, req, commit, r.limits.FetchBytes)
}

// budget is the bytes one fetch may cost: the whole limit for the first, twice
// what is there for an addition.
func (r *repository) budget() int64 {
	packs, bytes := r.generation.weight()
	if packs == 0 {
		return r.limits.FetchBytes
	}
	return min(r.limits.FetchBytes, max(minIncrement, 2*bytes))
}

// pull asks for commit by name where that can work, else searches the history
// of the requested revision for it.
func (r *repository) pull(ctx context.Context, remote *remote, req Request, commit plumbing.Hash, budget int64) error {
	tip, advertised := advertisedAs(remote.refs, commit)
	if !advertised {
		tip = commit
	}
	held := len(r.generation.borders.Haves) > 0
	depth := 1
	if held {
		depth = 0
	}
	if advertised || remote.allows() {
		err := r.receive(ctx, remote, commit, []plumbing.Hash{tip}, depth, budget)
		if err == nil && r.generation.has(commit) {
			return nil
		}
		if advertised || errors.Is(err, ErrTooLarge) || ctx.Err() != nil {
			return err
		}
		// The server may refuse a commit that left the history; the search
		// below says so in its own words.
	}
	tips, err := histories(remote.refs, req.TagPrefix, req.Revision)
	if err != nil {
		return err
	}
	depths := searchDepths[:]
	if held {
		depths = append([]int{0}, depths...)
	}
	for _, depth := range depths {
		if err := r.receive(ctx, remote, commit, tips, depth, budget); err != nil {
			return err
		}
		if r.generation.has(commit) {
			return nil
		}
	}
	return fmt.Errorf("commit is no longer reachable from %s: %w", nameOf(req.Revision), ErrNotFound)
}

// receive stores one answer of the server.
func (r *repository) receive(ctx context.Context, remote *remote, commit plumbing.Hash, tips []plumbing.Hash, depth int, budget int64) error {
	g := r.generation
	count, _ := g.weight()
	var got pack
	update, err := remote.upload(ctx, want{
		hashes:   tips,
		haves:    hashes(g.borders.Haves),
		shallows: hashes(g.borders.Shallows),
		depth:    depth,
		budget:   budget,
	}, func(body io.Reader) (err error) {
		got, err = writePack(g.dir, strconv.Itoa(count+1), body, r.limits)
		return err
	})
	if err != nil {
		return err
	}
	if got.index != nil {
		g.add(got)
	}
	return g.learn(commit, update)
}

// expand completes the beginning of a commit from what was fetched before.
func (r *repository) expand(prefix string) (string, error) {
	if err := r.open(); err != nil {
		return "", err
	}
	found, err := r.generation.commits(prefix)
	switch {
	case err != nil:
		return "", err
	case len(found) == 0:
		return "", fmt.Errorf("no branch or tag has this name, and as an abbreviated commit it is not known here; write all 40 digits: %w", ErrNotFound)
	case len(found) > 1:
		return "", fmt.Errorf("abbreviated commit is ambiguous, %d commits begin so; write all 40 digits: %w", len(found), ErrRefused)
	}
	return found[0].String(), nil
}

// nameOf is revision for a message.
func nameOf(revision string) string {
	if revision == "" {
		return "HEAD"
	}
	return revision
}
