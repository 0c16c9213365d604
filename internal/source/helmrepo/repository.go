package helmrepo

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/archive"
	"github.com/fairlead/fairlead/internal/source/blobs"
	"github.com/fairlead/fairlead/internal/source/web"
)

// Registry brings archives that an index keeps in an OCI registry.
type Registry interface {
	// Archive of the chart at ref, "oci://registry/path:tag".
	Archive(ctx context.Context, ref string) ([]byte, error)
}

// Repositories reads any number of chart repositories. It is safe for
// concurrent use.
type Repositories struct {
	web      *web.Client
	blobs    *blobs.Cache
	registry Registry
	limits   source.Limits

	mu      sync.Mutex
	indexes map[string]held // by URL
}

// New returns Repositories that ask with client and keep in cache. registry may
// be nil: then archives in registries are refused.
func New(client *web.Client, cache *blobs.Cache, registry Registry, limits source.Limits) *Repositories {
	return &Repositories{
		web: client, blobs: cache, registry: registry,
		limits: limits.OrDefaults(), indexes: map[string]held{},
	}
}

// Resolve asks the index which version of the chart spec.Revision means now:
// the version of that name, else the highest that satisfies it as a range.
// "*" is the newest release. Errors wrap one of source's kinds.
func (r *Repositories) Resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limits.Timeout)
	defer cancel()
	pin, err := r.resolve(ctx, spec)
	if err != nil {
		return source.Pin{}, fmt.Errorf("resolve chart %s %q of %s: %w", spec.Chart, spec.Revision, source.ShownURL(spec.RepoURL), err)
	}
	return pin, nil
}

func (r *Repositories) resolve(ctx context.Context, spec source.Spec) (source.Pin, error) {
	if err := checkSpec(spec); err != nil {
		return source.Pin{}, err
	}
	e, err := r.find(ctx, spec, spec.Revision)
	if err != nil {
		return source.Pin{}, err
	}
	pin := source.Pin{Spec: spec, Revision: e.Version, Digest: e.digest(), Location: e.location}
	if source.IsRange(spec.Revision) {
		pin.Name = e.Version
	}
	if pin.Digest == "" {
		data, err := r.download(ctx, spec, pin)
		if err != nil {
			return source.Pin{}, err
		}
		pin.Digest = blobs.Digest(data)
	}
	return pin, nil
}

// Fetch returns the chart of a pin, from the cache if it is there.
// ErrChanged says that the repository has another archive by now.
func (r *Repositories) Fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, r.limits.Timeout)
	defer cancel()
	content, err := r.fetch(ctx, pin)
	if err != nil {
		return source.Content{}, fmt.Errorf("fetch chart %s %s of %s: %w", pin.Spec.Chart, pin.Revision, source.ShownURL(pin.Spec.RepoURL), err)
	}
	return content, nil
}

func (r *Repositories) fetch(ctx context.Context, pin source.Pin) (source.Content, error) {
	if err := checkSpec(pin.Spec); err != nil {
		return source.Content{}, err
	}
	if !source.IsVersion(pin.Revision) {
		return source.Content{}, fmt.Errorf("%q is not a version; resolve it first: %w", pin.Revision, source.ErrRefused)
	}
	data, found := r.blobs.Get(pin.Digest)
	if !found {
		var err error
		if data, err = r.locateAndDownload(ctx, pin); err != nil {
			return source.Content{}, err
		}
	}
	tree, err := archive.Chart(data, pin.Revision, r.limits)
	if err != nil {
		return source.Content{}, err
	}
	return source.Content{FS: tree, Revision: pin.Revision, Digest: blobs.Digest(data)}, nil
}

// locateAndDownload looks the archive up in the index where the pin does not
// say where it is, or what it is.
func (r *Repositories) locateAndDownload(ctx context.Context, pin source.Pin) ([]byte, error) {
	if pin.Location != "" && pin.Digest != "" {
		return r.download(ctx, pin.Spec, pin)
	}
	e, err := r.find(ctx, pin.Spec, pin.Revision)
	if err != nil {
		return nil, err
	}
	pin.Location = e.location
	switch announced := e.digest(); {
	case pin.Digest == "":
		pin.Digest = announced
	case announced != "" && announced != pin.Digest:
		return nil, fmt.Errorf("the index says %s, pinned was %s: %w", announced, pin.Digest, source.ErrChanged)
	}
	return r.download(ctx, pin.Spec, pin)
}

// download brings the archive, checks its digest if the pin has one, and keeps
// it.
func (r *Repositories) download(ctx context.Context, spec source.Spec, pin source.Pin) ([]byte, error) {
	data, err := r.bytes(ctx, spec, pin.Location)
	if err != nil {
		return nil, err
	}
	got, err := r.blobs.Put(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("keep the archive: %w", err)
	case pin.Digest != "" && got != pin.Digest:
		return nil, fmt.Errorf("the archive at %s is %s, and %s was announced: %w", source.ShownURL(pin.Location), got, pin.Digest, source.ErrChanged)
	}
	return data, nil
}

func (r *Repositories) bytes(ctx context.Context, spec source.Spec, location string) ([]byte, error) {
	if strings.HasPrefix(location, "oci://") {
		if r.registry == nil {
			return nil, fmt.Errorf("the archive is in a registry, %s: %w", source.ShownURL(location), source.ErrRefused)
		}
		return r.registry.Archive(ctx, location)
	}
	answer, err := r.web.Get(ctx, web.Request{
		URL: location, For: spec.RepoURL, Pass: spec.PassCredentials, Raw: true, Limit: r.limits.ArchiveBytes,
	})
	return answer.Body, err
}

func checkSpec(spec source.Spec) error {
	// Some repositories have charts below folders: "team/app".
	for part := range strings.SplitSeq(spec.Chart, "/") {
		if err := archive.CheckChartName(part); err != nil {
			return err
		}
	}
	return nil
}
