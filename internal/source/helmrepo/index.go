package helmrepo

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/web"
)

// held is the index that was read last from a URL. Its text is among the blobs.
type held struct {
	etag, modified, digest string
}

// find reads the index and chooses the entry that revision means.
func (r *Repositories) find(ctx context.Context, spec source.Spec, revision string) (entry, error) {
	if revision == "" {
		return entry{}, fmt.Errorf("targetRevision is empty; name a version, or * for the newest: %w", source.ErrRefused)
	}
	text, err := r.index(ctx, spec.RepoURL)
	if err != nil {
		return entry{}, err
	}
	entries, err := entriesOf(text, spec.Chart, r.limits.Names)
	if err != nil {
		return entry{}, fmt.Errorf("index.yaml: %w", err)
	}
	e, err := choose(entries, revision)
	if err != nil {
		return entry{}, err
	}
	if len(e.URLs) == 0 || e.URLs[0] == "" {
		return entry{}, fmt.Errorf("index.yaml has no URL for version %s: %w", e.Version, source.ErrNotFound)
	}
	if e.location, err = locate(spec.RepoURL, e.URLs[0]); err != nil {
		return entry{}, fmt.Errorf("index.yaml, version %s: %w", e.Version, err)
	}
	return e, nil
}

// index returns the text of a repository's index, which costs no transfer
// while it has not changed.
func (r *Repositories) index(ctx context.Context, repoURL string) ([]byte, error) {
	at, err := web.Join(repoURL, "index.yaml")
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	last := r.indexes[at]
	r.mu.Unlock()
	text, found := r.blobs.Get(last.digest)
	request := web.Request{URL: at, For: repoURL, Limit: r.limits.IndexBytes}
	if found {
		request.ETag, request.Modified = last.etag, last.modified
	}
	answer, err := r.web.Get(ctx, request)
	switch {
	case err != nil:
		return nil, err
	case answer.Unchanged && found:
		return text, nil
	case answer.Unchanged:
		return nil, fmt.Errorf("%w: the server answered HTTP 304 to a plain question", source.ErrUnavailable)
	}
	digest, err := r.blobs.Put(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("keep the index: %w", err)
	}
	r.mu.Lock()
	r.indexes[at] = held{etag: answer.ETag, modified: answer.Modified, digest: digest}
	r.mu.Unlock()
	return answer.Body, nil
}

// locate makes the URL of an archive absolute.
func locate(repoURL, ref string) (string, error) {
	u, err := url.Parse(ref)
	switch {
	case err != nil:
		return "", fmt.Errorf("the archive's URL does not parse: %w", source.ErrRefused)
	case u.User != nil:
		return "", fmt.Errorf("the archive's URL carries user information: %w", source.ErrRefused)
	case u.Scheme == "oci":
		return ref, nil
	case u.IsAbs() && u.Scheme != "http" && u.Scheme != "https":
		return "", fmt.Errorf("the archive's URL has scheme %q, which is not one of https, http, oci: %w", u.Scheme, source.ErrRefused)
	}
	return web.Join(repoURL, ref)
}

// choose is the entry that revision means: the version of that very name, else
// the highest that satisfies it. As with Helm, a version that is not whole
// ("1.2") stands for all that begin so.
func choose(entries []entry, revision string) (entry, error) {
	byVersion := map[string]entry{}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		if _, twice := byVersion[e.Version]; twice {
			continue
		}
		byVersion[e.Version] = e
		names = append(names, e.Version)
	}
	if e, ok := byVersion[revision]; ok {
		return e, nil
	}
	if name, ok := source.Highest(revision, names); ok {
		return byVersion[name], nil
	}
	return entry{}, fmt.Errorf("none of %d versions is or satisfies %q: %w", len(names), revision, source.ErrNotFound)
}

// digest as blobs write it, or "" where the index states none.
func (e entry) digest() string {
	if e.Digest == "" {
		return ""
	}
	return blobs.Prefix + strings.ToLower(strings.TrimPrefix(e.Digest, blobs.Prefix))
}
