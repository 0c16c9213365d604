package remotefile

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/web"
)

// DefaultSchemes are those of Argo CD's helm.valuesFileSchemes that can be
// fetched here.
func DefaultSchemes() []string { return []string{"https", "http"} }

// maxRemembered bounds the URLs whose last answer is remembered.
const maxRemembered = 10_000

// Files reads any number of files. It is safe for concurrent use.
type Files struct {
	web     *web.Client
	blobs   *blobs.Cache
	limits  source.Limits
	schemes []string

	mu   sync.Mutex
	last map[string]held // by URL
}

// held is what a URL answered last; the content is among the blobs.
type held struct {
	etag, modified, digest string
}

// New returns Files that ask with client and keep in cache. schemes are those
// that may be asked; none means [DefaultSchemes].
func New(client *web.Client, cache *blobs.Cache, limits source.Limits, schemes ...string) *Files {
	if len(schemes) == 0 {
		schemes = DefaultSchemes()
	}
	return &Files{
		web: client, blobs: cache, limits: limits.OrDefaults(),
		schemes: slices.Clone(schemes), last: map[string]held{},
	}
}

// Resolve reads the file and pins its content. One that has not changed costs
// no transfer where the server can tell.
func (f *Files) Resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	ctx, cancel := context.WithTimeout(ctx, f.limits.Timeout)
	defer cancel()
	data, err := f.get(ctx, spec.RepoURL)
	if err != nil {
		return source.Pin{}, fmt.Errorf("resolve file %s: %w", source.ShownURL(spec.RepoURL), err)
	}
	digest := blobs.Digest(data)
	return source.Pin{Spec: spec, Revision: digest, Digest: digest}, nil
}

// Fetch returns the content of a pin, from the cache if it is there. ErrChanged
// says that the server has another content by now.
func (f *Files) Fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, f.limits.Timeout)
	defer cancel()
	content, err := f.fetch(ctx, pin)
	if err != nil {
		return source.Content{}, fmt.Errorf("fetch file %s: %w", source.ShownURL(pin.Spec.RepoURL), err)
	}
	return content, nil
}

func (f *Files) fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	if !blobs.IsDigest(pin.Digest) {
		return source.Content{}, fmt.Errorf("the pin names no digest; resolve it first: %w", source.ErrRefused)
	}
	if err := f.check(pin.Spec.RepoURL); err != nil {
		return source.Content{}, err
	}
	data, found := f.blobs.Get(pin.Digest)
	if !found {
		var err error
		if data, err = f.get(ctx, pin.Spec.RepoURL); err != nil {
			return source.Content{}, err
		}
		if got := blobs.Digest(data); got != pin.Digest {
			return source.Content{}, fmt.Errorf("it is %s, pinned was %s: %w", got, pin.Digest, source.ErrChanged)
		}
	}
	tree, err := source.Memory(pin.Digest, map[string]source.Entry{source.FileName: {Data: data}})
	if err != nil {
		return source.Content{}, err
	}
	return source.Content{FS: tree, Revision: pin.Digest, Digest: pin.Digest}, nil
}

// check refuses URLs that are not asked.
func (f *Files) check(rawURL string) error {
	u, err := url.Parse(rawURL)
	switch {
	case err != nil: // the parser's error repeats its input
		return fmt.Errorf("URL does not parse: %w", source.ErrRefused)
	case !slices.ContainsFunc(f.schemes, func(s string) bool { return strings.EqualFold(s, u.Scheme) }):
		return fmt.Errorf("URL scheme %q is not one of %s: %w", u.Scheme, strings.Join(f.schemes, ", "), source.ErrRefused)
	}
	return nil
}

// get returns what the URL holds now, and keeps it.
func (f *Files) get(ctx context.Context, rawURL string) ([]byte, error) {
	if err := f.check(rawURL); err != nil {
		return nil, err
	}
	f.mu.Lock()
	last := f.last[rawURL]
	f.mu.Unlock()
	request := web.Request{URL: rawURL, Limit: f.limits.ValueFileBytes, Schemes: f.schemes}
	data, found := f.blobs.Get(last.digest)
	if found {
		request.ETag, request.Modified = last.etag, last.modified
	}
	answer, err := f.web.Get(ctx, request)
	switch {
	case err != nil:
		return nil, err
	case answer.Unchanged && found:
		return data, nil
	case answer.Unchanged:
		return nil, fmt.Errorf("%w: the server answered HTTP 304 to a plain question", source.ErrUnavailable)
	}
	digest, err := f.blobs.Put(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("keep the file: %w", err)
	}
	f.remember(rawURL, held{etag: answer.ETag, modified: answer.Modified, digest: digest})
	return answer.Body, nil
}

// remember keeps the answer's validators. When there are too many, all are
// forgotten, which costs a transfer each.
func (f *Files) remember(rawURL string, h held) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.last) >= maxRemembered {
		clear(f.last)
	}
	f.last[rawURL] = h
}
