package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/file"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

const (
	maxAdvertisement = 32 << 20 // bytes of the list of references
	maxErrorBody     = 8 << 10  // bytes kept of an HTTP error page
)

// remote is one conversation with a Git server.
type remote struct {
	url     string
	session transport.UploadPackSession
	refs    *packp.AdvRefs
	limit   *byteLimit
}

// dial asks a server for its references.
//
// Credentials go in the auth argument of NewUploadPackSession: that transport
// drops them as soon as a redirect leaves the origin they were given for.
func (g *Git) dial(ctx context.Context, repoURL, scheme string) (*remote, error) {
	r := &remote{url: repoURL, limit: &byteLimit{next: g.transport, reach: g.reach}}
	r.limit.left.Store(maxAdvertisement)
	var client transport.Transport
	switch scheme {
	case "http", "https":
		client = githttp.NewClientWithOptions(&http.Client{Transport: r.limit}, &githttp.ClientOptions{
			RedirectPolicy: githttp.FollowInitialRedirects,
		})
	case "file":
		client = file.DefaultClient
	default:
		return nil, fmt.Errorf("ssh needs a key and none is configured for this repository: %w", ErrDenied)
	}
	endpoint, err := transport.NewEndpoint(strings.TrimRight(repoURL, "/"))
	if err != nil {
		return nil, fmt.Errorf("repository URL does not parse: %w", ErrRefused)
	}
	auth, err := g.auth(ctx, repoURL, scheme)
	if err != nil {
		return nil, err
	}
	if r.session, err = client.NewUploadPackSession(endpoint, auth); err != nil {
		return nil, r.classify(ctx, err)
	}
	if r.refs, err = r.session.AdvertisedReferencesContext(ctx); err != nil {
		return nil, errors.Join(r.classify(ctx, err), r.session.Close())
	}
	return r, nil
}

func (r *remote) close() error { return r.session.Close() }

// want is one request for a pack.
type want struct {
	hashes   []plumbing.Hash // advertised, or any commit where the server allows
	haves    []plumbing.Hash // commits held already
	shallows []plumbing.Hash // commits held without their parents
	depth    int             // commits of history; 0 for all that is missing
	budget   int64           // bytes
}

// upload asks for a pack and hands it to save. It returns how the borders of
// the shallow history change.
func (r *remote) upload(ctx context.Context, w want, save func(io.Reader) error) (packp.ShallowUpdate, error) {
	req := packp.NewUploadPackRequestFromCapabilities(r.refs.Capabilities)
	req.Wants, req.Haves, req.Shallows = w.hashes, w.haves, w.shallows
	req.Depth = packp.DepthCommits(w.depth)
	if w.depth > 0 || len(w.shallows) > 0 {
		if err := req.Capabilities.Set(capability.Shallow); err != nil {
			return packp.ShallowUpdate{}, err
		}
	}
	if r.refs.Capabilities.Supports(capability.NoProgress) {
		if err := req.Capabilities.Set(capability.NoProgress); err != nil {
			return packp.ShallowUpdate{}, err
		}
	}
	r.limit.left.Store(w.budget)
	answer, err := r.session.UploadPack(ctx, req)
	if err != nil {
		return packp.ShallowUpdate{}, r.classify(ctx, err)
	}
	body := &budgetReader{r: answer, left: w.budget}
	err = save(demux(req.Capabilities, body))
	switch {
	case err == nil:
	case body.left < 0 || r.limit.exceeded.Load() || ctx.Err() != nil || body.err != nil:
		err = r.classify(ctx, errors.Join(err, body.err))
	case !errors.Is(err, ErrTooLarge):
		err = fmt.Errorf("%w: the server sent a pack that cannot be read: %w", ErrUnavailable, err)
	}
	return answer.ShallowUpdate, errors.Join(err, answer.Close())
}

// demux takes the pack out of the sideband, if there is one.
func demux(c *capability.List, r io.Reader) io.Reader {
	switch {
	case c.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case c.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// allows reports whether the server hands out commits that no reference
// points at.
func (r *remote) allows() bool {
	return r.refs.Capabilities.Supports(capability.AllowReachableSHA1InWant) ||
		r.refs.Capabilities.Supports(capability.Capability("allow-any-sha1-in-want"))
}

// classify turns what the transport says into one of this package's errors.
// Bodies of answers are left out: they can hold anything.
func (r *remote) classify(ctx context.Context, err error) error {
	var status *githttp.Err
	var refused *pktline.ErrorLine
	err = unwrapUnexpected(err)
	switch {
	case r.limit.exceeded.Load() || errors.Is(err, errBudget):
		return fmt.Errorf("the server's answer passes the byte limit: %w", ErrTooLarge)
	case ctx.Err() != nil:
		return Unreachable(ctx, err)
	case errors.Is(err, ErrRefused):
		return Unreachable(ctx, err)
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return fmt.Errorf("repository %w", ErrNotFound)
	case errors.Is(err, transport.ErrEmptyRemoteRepository):
		return fmt.Errorf("repository is empty: revision %w", ErrNotFound)
	case errors.Is(err, transport.ErrAuthenticationRequired), errors.Is(err, transport.ErrAuthorizationFailed):
		return fmt.Errorf("%w: the server wants other credentials, or the repository does not exist", ErrDenied)
	case errors.As(err, &status):
		return fmt.Errorf("%w: server answered HTTP %d", ErrUnavailable, status.StatusCode())
	case errors.As(err, &refused):
		return fmt.Errorf("%w: server answered %q", ErrNotFound, refused.Text)
	}
	return Unreachable(ctx, err)
}

// unwrapUnexpected opens the one error type of the transport that does not.
func unwrapUnexpected(err error) error {
	var unexpected *plumbing.UnexpectedError
	if errors.As(err, &unexpected) {
		return unexpected.Err
	}
	return err
}

var errBudget = errors.New("byte limit reached")

// byteLimit is an http.RoundTripper that ends an answer after so many bytes,
// and keeps little of error pages.
type byteLimit struct {
	next     http.RoundTripper
	reach    Reach
	left     atomic.Int64
	exceeded atomic.Bool
}

func (b *byteLimit) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := b.reach.Check(req.URL); err != nil {
		return nil, err
	}
	res, err := b.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode >= 300 {
		res.Body = &limitedBody{Reader: io.LimitReader(res.Body, maxErrorBody), Closer: res.Body}
		return res, nil
	}
	res.Body = &limitedBody{Reader: &budgetReader{r: res.Body, left: b.left.Load(), exceeded: &b.exceeded}, Closer: res.Body}
	return res, nil
}

type limitedBody struct {
	io.Reader
	io.Closer
}

// budgetReader fails with errBudget once more than left bytes were read, and
// remembers the first error that is not io.EOF.
type budgetReader struct {
	r        io.Reader
	left     int64
	exceeded *atomic.Bool
	err      error
}

func (b *budgetReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		err = errBudget
		if b.exceeded != nil {
			b.exceeded.Store(true)
		}
	}
	if err != nil && err != io.EOF && b.err == nil {
		b.err = err
	}
	return n, err
}
