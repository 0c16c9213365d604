package catalog

import (
	"context"
	"crypto/x509"
	"fmt"
	"path/filepath"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/helmrepo"
	"github.com/fairlead/fairlead/internal/source/oci"
	"github.com/fairlead/fairlead/internal/source/remotefile"
	"github.com/fairlead/fairlead/internal/source/web"
)

// Options configure a [Catalog]. CacheDir is required.
type Options struct {
	// CacheDir holds what was fetched, but for Git's: archives, indexes and
	// value files by their digest. It belongs to one process at a time and may
	// be deleted whenever none runs.
	CacheDir string
	// Git reads repositories; nil refuses them. It has a cache of its own.
	Git *source.Git
	// Credentials for everything but Git, which has its own; nil means none.
	Credentials source.Credentials
	// Limits bound each source; zero fields take the defaults.
	Limits source.Limits
	// Reach says which addresses sources may have.
	Reach source.Reach
	// RootCAs vouch for HTTPS servers; nil means the system's.
	RootCAs *x509.CertPool
	// ValueFileSchemes are the schemes of files at URLs; none means https and
	// http. Other schemes than these two cannot be fetched.
	ValueFileSchemes []string
	// MediaTypes are the layers that OCI artifacts may have; none means those
	// that Argo CD accepts by default.
	MediaTypes []string
	// Verifier decides about everything that Fetch brings; nil accepts it.
	Verifier source.Verifier
}

// house is one kind of source.
type house interface {
	Resolve(ctx context.Context, spec source.Spec) (source.Pin, error)
	Fetch(ctx context.Context, pin source.Pin) (source.Content, error)
}

// Catalog resolves and fetches sources of every kind. It is safe for concurrent
// use.
type Catalog struct {
	houses   map[source.Kind]house
	verifier source.Verifier
	web      *web.Client
	turns    turns
}

// New returns a Catalog. Nothing is read, written or sent until the first call.
func New(o Options) *Catalog {
	o.Limits = o.Limits.OrDefaults()
	client := web.New(web.Options{Credentials: o.Credentials, Reach: o.Reach, Limits: o.Limits, RootCAs: o.RootCAs})
	// A value file may be at any URL that an Application names: nobody's
	// credentials go there.
	anonymous := web.New(web.Options{Reach: o.Reach, Limits: o.Limits, RootCAs: o.RootCAs})
	cache := blobs.New(filepath.Join(o.CacheDir, "blobs"), o.Limits.BlobBytes)
	registries := oci.New(client, cache, o.Limits, o.MediaTypes...)
	houses := map[source.Kind]house{
		source.KindHelm:     helmrepo.New(client, cache, registries, o.Limits),
		source.KindOCIChart: registries,
		source.KindOCI:      registries,
		source.KindFile:     remotefile.New(anonymous, cache, o.Limits, o.ValueFileSchemes...),
	}
	if o.Git != nil {
		houses[source.KindGit] = repositories{o.Git}
	}
	return &Catalog{houses: houses, verifier: o.Verifier, web: client}
}

// Close ends idle connections. The Catalog stays usable.
func (c *Catalog) Close() { c.web.Close() }

// Resolve asks the server what spec.Revision means now.
func (c *Catalog) Resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	h, err := c.house(spec)
	if err != nil {
		return source.Pin{}, fmt.Errorf("resolve: %w", err)
	}
	return h.Resolve(ctx, spec)
}

// Fetch returns the content of a pin, from the cache if it is there. Fetches of
// one pin at a time wait for each other, so that content is transferred once.
func (c *Catalog) Fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	h, err := c.house(pin.Spec)
	if err != nil {
		return source.Content{}, fmt.Errorf("fetch: %w", err)
	}
	done, err := c.turns.take(ctx, key(pin))
	if err != nil {
		return source.Content{}, fmt.Errorf("fetch %s: %w", source.ShownURL(pin.Spec.RepoURL), err)
	}
	defer done()
	content, err := h.Fetch(ctx, pin)
	if err != nil || c.verifier == nil {
		return content, err
	}
	if err := c.verifier.Verify(ctx, pin, content); err != nil {
		return source.Content{}, fmt.Errorf("verify %s at %s: %w", source.ShownURL(pin.Spec.RepoURL), pin.Revision, err)
	}
	return content, nil
}

func (c *Catalog) house(spec source.Spec) (house, error) {
	if h, ok := c.houses[spec.Kind]; ok {
		return h, nil
	}
	return nil, fmt.Errorf("%s: sources of kind %q are not read here: %w", source.ShownURL(spec.RepoURL), spec.Kind, source.ErrRefused)
}

// key is equal for pins of the same bytes.
func key(pin source.Pin) string {
	if pin.Digest != "" {
		return pin.Digest
	}
	return fmt.Sprintf("%q %q %q", pin.Spec.RepoURL, pin.Spec.Chart, pin.Revision)
}
