package bitbucketcloud

import (
	"context"
	"fmt"
	"net/url"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// PublicAPI is asked where a generator names no api.
const PublicAPI = "https://api.bitbucket.org/2.0"

// page is the form of every listing:
// https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination.
type page[T any] struct {
	Values *[]T   `json:"values"`
	Next   string `json:"next"`
	Size   int    `json:"size"`
}

// list reads all pages of a listing. Each page names the next by its address,
// which must be one of the same API.
func list[T any](ctx context.Context, conn *forge.Conn, id func(T) string, first *url.URL) ([]T, error) {
	return forge.List(ctx, conn.Limits, id, func(ctx context.Context, at string) (forge.Page[T], error) {
		u := first
		if at != "" {
			next, err := url.Parse(at)
			if err != nil || next.Scheme != first.Scheme || next.Host != first.Host {
				return forge.Page[T]{}, fmt.Errorf("the next page is not at %s, which was asked", first.Host)
			}
			u = next
		}
		var answer page[T]
		if _, err := conn.Get(ctx, u, &answer); err != nil {
			return forge.Page[T]{}, err
		}
		if answer.Values == nil {
			return forge.Page[T]{}, fmt.Errorf("the answer of %s is no listing: check api", first.Host)
		}
		return forge.Page[T]{Items: *answer.Values, Next: answer.Next, Total: answer.Size}, nil
	})
}

// at is an address below the repositories of a workspace; the parts of the path
// are escaped by the caller.
func at(conn *forge.Conn, query url.Values, path ...string) *url.URL {
	return conn.At(query, append([]string{"repositories"}, path...)...)
}
