package oci

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/blobs"
)

// tagged is what a tag may look like.
// https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
var tagged = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)

// tagOf is the tag of a version: tags cannot hold a plus.
func tagOf(version string) string { return strings.ReplaceAll(version, "+", "_") }

// versionOf is the version of a tag.
func versionOf(tag string) string { return strings.ReplaceAll(tag, "_", "+") }

// find returns the digest that revision means now, and the name it goes by: a
// version as charts write it, or "" for a digest. A tag of that very name wins
// over a range. As with Helm, a chart's version that is not whole ("1.2")
// stands for all that begin so.
func (p *place) find(ctx context.Context, revision string) (name, digest string, err error) {
	if strings.ContainsRune(revision, ':') {
		if !blobs.IsDigest(revision) {
			return "", "", fmt.Errorf("%q is not a digest, sha256: and 64 digits: %w", revision, source.ErrRefused)
		}
		_, err := p.manifest(ctx, revision)
		return "", revision, err
	}
	tag := tagOf(revision)
	if tagged.MatchString(tag) {
		digest, err = p.digest(ctx, tag)
		if err == nil || !errors.Is(err, source.ErrNotFound) {
			return revision, digest, err
		}
	}
	if !source.IsRange(revision) && !(p.chart && source.IsVersion(revision)) {
		if err == nil {
			err = fmt.Errorf("neither a tag, a digest nor a range of versions: %w", source.ErrRefused)
		}
		return "", "", err
	}
	if name, err = p.highest(ctx, revision); err != nil {
		return "", "", err
	}
	digest, err = p.digest(ctx, tagOf(name))
	return name, digest, err
}

// digest asks which manifest a tag names.
func (p *place) digest(ctx context.Context, tag string) (string, error) {
	desc, err := p.repository.Resolve(ctx, tag)
	if err != nil {
		return "", fmt.Errorf("tag %s: %w", tag, explain(ctx, err))
	}
	digest := desc.Digest.String()
	if !blobs.IsDigest(digest) {
		return "", fmt.Errorf("tag %s has digest %q, which is not sha256: and 64 digits: %w", tag, digest, source.ErrRefused)
	}
	return digest, nil
}

// highest is the highest version among the tags that satisfies constraint.
func (p *place) highest(ctx context.Context, constraint string) (string, error) {
	var names []string
	pages := 0
	err := p.repository.Tags(ctx, "", func(page []string) error {
		for _, tag := range page {
			names = append(names, versionOf(tag))
		}
		// Each page costs the server nothing: a list without an end is one of
		// pages without tags.
		if pages++; len(names) > p.limits.Names || pages > p.limits.Names/10+10 {
			return fmt.Errorf("more than %d tags: %w", p.limits.Names, source.ErrTooLarge)
		}
		return nil
	})
	switch {
	case errors.Is(err, source.ErrTooLarge):
		return "", err
	case err != nil:
		return "", fmt.Errorf("list tags: %w", explain(ctx, err))
	}
	name, found := source.Highest(constraint, names)
	if !found {
		return "", fmt.Errorf("none of %d tags is or satisfies %q: %w", len(names), constraint, source.ErrNotFound)
	}
	return name, nil
}
