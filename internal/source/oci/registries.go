package oci

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/archive"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/web"
)

// DefaultMediaTypes are the layers that Argo CD accepts by default.
func DefaultMediaTypes() []string {
	return []string{
		"application/vnd.oci.image.layer.v1.tar",
		"application/vnd.oci.image.layer.v1.tar+gzip",
		helmLayer,
	}
}

// Registries reads any number of registries. It is safe for concurrent use.
type Registries struct {
	web        *web.Client
	blobs      *blobs.Cache
	limits     source.Limits
	mediaTypes []string
}

// New returns Registries that ask with client and keep in cache. mediaTypes are
// the layers that an artifact may have; none means [DefaultMediaTypes].
func New(client *web.Client, cache *blobs.Cache, limits source.Limits, mediaTypes ...string) *Registries {
	if len(mediaTypes) == 0 {
		mediaTypes = DefaultMediaTypes()
	}
	return &Registries{web: client, blobs: cache, limits: limits.OrDefaults(), mediaTypes: slices.Clone(mediaTypes)}
}

// Resolve asks the registry which manifest spec.Revision means now: that of a
// digest, of a tag, or of the highest tag that satisfies it as a range of
// versions. Errors wrap one of source's kinds.
func (r *Registries) Resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limits.Timeout)
	defer cancel()
	pin, err := r.resolve(ctx, spec)
	if err != nil {
		return source.Pin{}, fmt.Errorf("resolve %q of %s: %w", spec.Revision, shown(spec), err)
	}
	return pin, nil
}

func (r *Registries) resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	if spec.Revision == "" {
		return source.Pin{}, fmt.Errorf("targetRevision is empty; name a tag, a digest, or * for the newest version: %w", source.ErrRefused)
	}
	p, err := r.place(ctx, spec)
	if err != nil {
		return source.Pin{}, err
	}
	tag, digest, err := p.find(ctx, spec.Revision)
	if err != nil {
		return source.Pin{}, err
	}
	pin := source.Pin{Spec: spec, Revision: digest, Digest: digest, Name: tag}
	if spec.Kind == source.KindOCIChart && tag != "" {
		pin.Revision = tag
	}
	return pin, nil
}

// Fetch returns what a pin stands for, from the cache if it is there.
func (r *Registries) Fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limits.Timeout)
	defer cancel()
	content, err := r.fetch(ctx, pin)
	if err != nil {
		return source.Content{}, fmt.Errorf("fetch %s at %s: %w", shown(pin.Spec), pin.Revision, err)
	}
	return content, nil
}

func (r *Registries) fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	p, err := r.place(ctx, pin.Spec)
	if err != nil {
		return source.Content{}, err
	}
	digest := pin.Digest
	if digest == "" { // a pin that says only which version
		if _, digest, err = p.find(ctx, pin.Revision); err != nil {
			return source.Content{}, err
		}
	}
	if !blobs.IsDigest(digest) {
		return source.Content{}, fmt.Errorf("digest %q is not sha256: and 64 digits: %w", digest, source.ErrRefused)
	}
	m, err := p.manifest(ctx, digest)
	if err != nil {
		return source.Content{}, err
	}
	layer, chart, err := r.layerOf(m, pin.Spec.Kind)
	if err != nil {
		return source.Content{}, err
	}
	data, err := p.blob(ctx, layer)
	if err != nil {
		return source.Content{}, err
	}
	tree, err := r.unpack(data, pin.Revision, chart)
	if err != nil {
		return source.Content{}, err
	}
	return source.Content{FS: tree, Revision: pin.Revision, Digest: digest}, nil
}

func (r *Registries) unpack(data []byte, revision string, chart bool) (*source.Tree, error) {
	if chart {
		return archive.Chart(data, revision, r.limits)
	}
	return archive.Unpack(data, revision, archive.Options{Limits: r.limits, Links: true})
}

// Archive returns the packed chart at ref, "oci://registry/path:tag", for an
// index that keeps its archives in a registry. Its digest is for the caller to
// compare.
func (r *Registries) Archive(ctx context.Context, ref string) ([]byte, error) {
	path := strings.TrimPrefix(ref, scheme)
	repository, tag, ok := cutTag(path)
	if !ok {
		return nil, fmt.Errorf("%s names no tag: %w", source.ShownURL(ref), source.ErrRefused)
	}
	spec := source.Spec{Kind: source.KindOCI, RepoURL: scheme + repository, Revision: tag}
	p, err := r.place(ctx, spec)
	if err != nil {
		return nil, err
	}
	_, digest, err := p.find(ctx, tag)
	if err != nil {
		return nil, err
	}
	m, err := p.manifest(ctx, digest)
	if err != nil {
		return nil, err
	}
	layer, _, err := r.layerOf(m, source.KindOCIChart)
	if err != nil {
		return nil, err
	}
	return p.blob(ctx, layer)
}

// cutTag splits "registry:5000/path:tag" or "...@digest".
func cutTag(path string) (repository, tag string, ok bool) {
	if repository, tag, ok = strings.Cut(path, "@"); ok {
		return repository, tag, true
	}
	at := strings.LastIndexByte(path, ':')
	if at < 0 || strings.ContainsRune(path[at:], '/') {
		return "", "", false
	}
	return path[:at], path[at+1:], true
}

// shown is a spec for messages.
func shown(spec source.Spec) string {
	if spec.Chart != "" {
		return fmt.Sprintf("chart %s of %s", spec.Chart, source.ShownURL(spec.RepoURL))
	}
	return source.ShownURL(spec.RepoURL)
}
