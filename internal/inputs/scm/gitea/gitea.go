package gitea

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	api "code.gitea.io/sdk/gitea"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// perPage is the most that the API gives unless its server is told otherwise.
const perPage = 50

// Token is an access token.
func Token(token string) forge.Credential { return forge.Header("Authorization", "token ", token) }

// open makes a client, which carries its context. It does not ask the server
// for its version, as Forgejo counts differently.
func open(ctx context.Context, conn *forge.Conn) (*api.Client, error) {
	client, err := api.NewClient(conn.API().String(),
		api.SetContext(ctx), api.SetHTTPClient(conn.HTTP()), api.SetGiteaVersion(""), api.SetUserAgent("fairlead"))
	if err != nil {
		return nil, conn.Err(err)
	}
	return client, nil
}

// list reads all pages of a listing of the API.
func list[T any](ctx context.Context, conn *forge.Conn, id func(T) string, page func(client *api.Client, options api.ListOptions) ([]T, *api.Response, error)) ([]T, error) {
	return forge.List(ctx, conn.Limits, id, func(ctx context.Context, at string) (forge.Page[T], error) {
		client, err := open(ctx, conn)
		if err != nil {
			return forge.Page[T]{}, err
		}
		number := forge.PageNumber(at, 1)
		items, resp, err := page(client, api.ListOptions{Page: number, PageSize: perPage})
		if err != nil {
			return forge.Page[T]{}, conn.Err(err)
		}
		total, _ := strconv.Atoi(resp.Header.Get("X-Total-Count")) // absent is 0: not told
		next := forge.NextPage(resp.Header, number, len(items), 1)
		if resp.Header.Get("Link") == "" && total > 0 && len(items) == total {
			next = ""
		}
		return forge.Page[T]{Items: items, Total: total, Next: next}, nil
	})
}

// contents is the address of a path at a branch.
func contents(conn *forge.Conn, owner, repository, branch, path string) (*url.URL, error) {
	escaped, err := forge.Path(path)
	if err != nil {
		return nil, err
	}
	return url.Parse(fmt.Sprintf("%s/api/v1/repos/%s/%s/contents/%s?ref=%s", strings.TrimRight(conn.API().String(), "/"),
		url.PathEscape(owner), url.PathEscape(repository), escaped, url.QueryEscape(branch)))
}

func idOf(id int64) string { return strconv.FormatInt(id, 10) }
