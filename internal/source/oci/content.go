package oci

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
)

const (
	// https://helm.sh/docs/topics/registries/#helm-chart-manifest
	helmConfig = "application/vnd.cncf.helm.config.v1+json"
	helmLayer  = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
	// oldHelmLayer is what charts were pushed as before Helm 3.7.
	oldHelmLayer = "application/tar+gzip"

	maxMetadata = 4 << 20 // bytes of a manifest or of one page of tags
	maxLayers   = 10
)

// fetchManifest asks the registry.
func (p *place) fetchManifest(ctx context.Context, digest string) ([]byte, error) {
	desc, body, err := p.repository.Manifests().FetchReference(ctx, digest)
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer body.Close()
	if desc.Size > maxMetadata {
		return nil, fmt.Errorf("%d bytes, the limit is %d: %w", desc.Size, maxMetadata, source.ErrTooLarge)
	}
	return p.take(ctx, body, digest, maxMetadata)
}

// blob returns the content of a descriptor.
func (p *place) blob(ctx context.Context, desc ocispec.Descriptor) ([]byte, error) {
	digest := desc.Digest.String()
	if !blobs.IsDigest(digest) {
		return nil, fmt.Errorf("layer digest %q is not sha256: and 64 digits: %w", digest, source.ErrRefused)
	}
	if desc.Size > p.limits.ArchiveBytes {
		return nil, fmt.Errorf("layer of %d bytes, the limit is %d: %w", desc.Size, p.limits.ArchiveBytes, source.ErrTooLarge)
	}
	if data, found := p.blobs.Get(digest); found {
		return data, nil
	}
	body, err := p.repository.Blobs().Fetch(ctx, desc)
	if err != nil {
		return nil, fmt.Errorf("layer %s: %w", digest, explain(ctx, err))
	}
	defer body.Close()
	data, err := p.take(ctx, body, digest, p.limits.ArchiveBytes)
	if err != nil {
		return nil, fmt.Errorf("layer %s: %w", digest, err)
	}
	return data, nil
}

// take reads what must have a digest, and keeps it.
func (p *place) take(ctx context.Context, body io.Reader, digest string, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	switch {
	case err != nil:
		return nil, explain(ctx, err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("more than %d bytes: %w", limit, source.ErrTooLarge)
	}
	if got := blobs.Digest(data); got != digest {
		return nil, fmt.Errorf("the registry sent %s: %w", got, source.ErrChanged)
	}
	if _, err := p.blobs.Put(data); err != nil {
		return nil, fmt.Errorf("keep the content: %w", err)
	}
	return data, nil
}

// decode reads the manifest of one artifact.
func decode(text []byte) (ocispec.Manifest, error) {
	var m struct {
		ocispec.Manifest
		Manifests []json.RawMessage `json:"manifests"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m.Manifest, fmt.Errorf("manifest: %w: %w", source.ErrRefused, err)
	}
	if len(m.Manifests) > 0 {
		return m.Manifest, fmt.Errorf("the manifest is an index of %d others; an artifact with one layer is wanted: %w", len(m.Manifests), source.ErrRefused)
	}
	if len(m.Layers) > maxLayers {
		return m.Manifest, fmt.Errorf("the manifest has %d layers, the limit is %d: %w", len(m.Layers), maxLayers, source.ErrRefused)
	}
	return m.Manifest, nil
}

// layerOf is the one layer with content, and whether it is a chart.
func (r *Registries) layerOf(m ocispec.Manifest, kind source.Kind) (layer ocispec.Descriptor, chart bool, err error) {
	if kind == source.KindOCIChart || m.Config.MediaType == helmConfig {
		layer, err = r.single(m, func(mediaType string) bool {
			return mediaType == helmLayer || kind == source.KindOCIChart && mediaType == oldHelmLayer
		}, "chart")
		return layer, true, err
	}
	layer, err = r.single(m, isArchive, "tar archive")
	if err == nil && !slices.Contains(r.mediaTypes, layer.MediaType) {
		err = fmt.Errorf("the layer's media type %q is not one of %s: %w", layer.MediaType, strings.Join(r.mediaTypes, ", "), source.ErrRefused)
	}
	return layer, layer.MediaType == helmLayer, err
}

// single is the only layer of a kind.
func (r *Registries) single(m ocispec.Manifest, is func(string) bool, what string) (ocispec.Descriptor, error) {
	var found []ocispec.Descriptor
	var seen []string
	for _, layer := range m.Layers {
		seen = append(seen, layer.MediaType)
		if is(layer.MediaType) {
			found = append(found, layer)
		}
	}
	if len(found) != 1 {
		return ocispec.Descriptor{}, fmt.Errorf("the artifact has %d layers that are a %s and needs one (layers: %q): %w", len(found), what, seen, source.ErrRefused)
	}
	return found[0], nil
}

// isArchive is true for layers with content; others, such as attestations, are
// left alone.
func isArchive(mediaType string) bool {
	for _, suffix := range []string{"tar+gzip", "tar.gzip", "tar"} {
		if strings.HasSuffix(mediaType, suffix) {
			return true
		}
	}
	return false
}
