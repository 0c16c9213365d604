package oci

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/web"
)

const scheme = "oci://"

// place is one repository of one registry.
type place struct {
	repository *remote.Repository
	blobs      *blobs.Cache
	limits     source.Limits
	chart      bool // versions are those of a chart
}

// place finds the repository of a spec and what to show there. Nothing is sent.
func (r *Registries) place(ctx context.Context, spec source.Spec) (*place, error) {
	path := strings.Trim(strings.TrimPrefix(spec.RepoURL, scheme), "/")
	if spec.Chart != "" {
		path += "/" + spec.Chart
	}
	ref, err := registry.ParseReference(path)
	if err != nil || ref.Reference != "" || strings.ContainsAny(path, "@?#") {
		return nil, fmt.Errorf("%s is not registry/path of an OCI repository; tag or digest belong in targetRevision: %w", shown(spec), source.ErrRefused)
	}
	credential, err := r.web.Credential(ctx, scheme+path)
	if err != nil {
		return nil, err
	}
	repository := &remote.Repository{
		Reference:        ref,
		PlainHTTP:        credential.PlainHTTP,
		MaxMetadataBytes: maxMetadata,
		Client: &auth.Client{
			Client:     &http.Client{Transport: r.web.RoundTripper(nil), CheckRedirect: web.Redirect},
			Header:     http.Header{"User-Agent": {"fairlead"}},
			Cache:      auth.NewCache(),
			Credential: shownAt(ref.Host(), credential),
		},
	}
	return &place{repository: repository, blobs: r.blobs, limits: r.limits, chart: spec.Kind == source.KindOCIChart}, nil
}

// shownAt is a credential for one registry, as the library takes it.
func shownAt(registry string, c source.Credential) auth.CredentialFunc {
	if c.Bearer != "" {
		return auth.StaticCredential(registry, auth.Credential{AccessToken: c.Bearer})
	}
	return auth.StaticCredential(registry, auth.Credential{Username: c.Username, Password: c.Password})
}

// explain turns what the library says into one of source's errors. Neither the
// text of answers nor the URLs of redirects are repeated.
func explain(ctx context.Context, err error) error {
	var response *errcode.ErrorResponse
	var request *url.Error
	switch {
	case errors.Is(err, source.ErrRefused), ctx.Err() != nil:
		return source.Unreachable(ctx, err)
	case errors.As(err, &response):
		return web.Status(response.StatusCode)
	case errors.Is(err, errdef.ErrNotFound):
		return source.ErrNotFound
	case errors.Is(err, errdef.ErrSizeExceedsLimit):
		return fmt.Errorf("the registry's answer passes the byte limit: %w", source.ErrTooLarge)
	case errors.Is(err, auth.ErrBasicCredentialNotFound), strings.Contains(err.Error(), "missing username or password"):
		// The library has no value for the second, a credential of another kind.
		return fmt.Errorf("%w: the registry wants a user name and a password", source.ErrDenied)
	case errors.As(err, &request):
		return source.Unreachable(ctx, request.Err)
	}
	return source.Unreachable(ctx, err)
}

// manifest returns the manifest of a digest.
func (p *place) manifest(ctx context.Context, digest string) (ocispec.Manifest, error) {
	text, found := p.blobs.Get(digest)
	if !found {
		var err error
		if text, err = p.fetchManifest(ctx, digest); err != nil {
			return ocispec.Manifest{}, fmt.Errorf("manifest %s: %w", digest, err)
		}
	}
	return decode(text)
}
