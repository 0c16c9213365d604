package bitbucketserver

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// page is the form of every listing:
// https://developer.atlassian.com/server/bitbucket/rest/v906/intro/#paged-apis.
type page[T any] struct {
	Values   *[]T `json:"values"`
	LastPage bool `json:"isLastPage"`
	// Next is where the next page begins; the numbers may have gaps.
	Next *int `json:"nextPageStart"`
}

// list reads all pages of a listing.
func list[T any](ctx context.Context, conn *forge.Conn, id func(T) string, path ...string) ([]T, error) {
	return forge.List(ctx, conn.Limits, id, func(ctx context.Context, start string) (forge.Page[T], error) {
		query := url.Values{"limit": {"100"}}
		if start != "" {
			query.Set("start", start)
		}
		var answer page[T]
		if _, err := conn.Get(ctx, at(conn, query, path...), &answer); err != nil {
			return forge.Page[T]{}, err
		}
		if answer.Values == nil {
			return forge.Page[T]{}, errors.New("the answer is no listing: check api")
		}
		out := forge.Page[T]{Items: *answer.Values}
		switch {
		case answer.LastPage:
		case answer.Next == nil:
			return forge.Page[T]{}, errors.New("the answer is neither the last page nor names the next: no entries are used")
		default:
			out.Next = strconv.Itoa(*answer.Next)
		}
		return out, nil
	})
}

// at is an address of the API in a project, with /rest added to the server's
// address where it is missing; the parts of the path are escaped by the caller.
func at(conn *forge.Conn, query url.Values, path ...string) *url.URL {
	below := []string{"rest", "api", "1.0", "projects"}
	if strings.HasSuffix(strings.TrimRight(conn.API().Path, "/"), "/rest") {
		below = below[1:]
	}
	return conn.At(query, append(below, path...)...)
}
