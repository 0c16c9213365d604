package github

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	api "github.com/google/go-github/v89/github"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// PublicAPI is asked where a generator names no api.
const PublicAPI = "https://api.github.com/"

// perPage is the most that the API gives.
const perPage = 100

// open makes a client. An address without /api/v3 gets it, as GitHub Enterprise
// has its API there.
func open(conn *forge.Conn) (*api.Client, error) {
	address := conn.API().String()
	options := []api.ClientOptionsFunc{
		api.WithHTTPClient(conn.HTTP()), api.WithDisableRateLimitCheck(), api.WithUserAgent("fairlead"),
	}
	if address != PublicAPI {
		options = append(options, api.WithEnterpriseURLs(address, address))
	}
	client, err := api.NewClient(options...)
	if err != nil {
		return nil, conn.Err(err)
	}
	return client, nil
}

// list reads all pages of a listing of the API.
func list[T any](ctx context.Context, conn *forge.Conn, id func(T) string, page func(ctx context.Context, options api.ListOptions) ([]T, *api.Response, error)) ([]T, error) {
	return forge.List(ctx, conn.Limits, id, func(ctx context.Context, at string) (forge.Page[T], error) {
		number := forge.PageNumber(at, 0)
		items, resp, err := page(ctx, api.ListOptions{PerPage: perPage, Page: number})
		if err != nil {
			return forge.Page[T]{}, conn.Err(err)
		}
		return forge.Page[T]{Items: items, Next: forge.NextPage(resp.Header, max(number, 1), len(items), perPage)}, nil
	})
}

// contents is the address of a path at a branch.
func contents(client *api.Client, owner, repository, branch, path string) (*url.URL, error) {
	escaped, err := forge.Path(path)
	if err != nil {
		return nil, err
	}
	return url.Parse(fmt.Sprintf("%srepos/%s/%s/contents/%s?ref=%s",
		client.BaseURL(), url.PathEscape(owner), url.PathEscape(repository), escaped, url.QueryEscape(branch)))
}

func idOf(id int64) string { return strconv.FormatInt(id, 10) }
