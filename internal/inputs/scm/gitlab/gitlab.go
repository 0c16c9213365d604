package gitlab

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	api "gitlab.com/gitlab-org/api/client-go/v2"
	"golang.org/x/time/rate"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// PublicAPI is asked where a generator names no api.
const PublicAPI = "https://gitlab.com/"

// perPage is the most that the API gives.
const perPage = 100

// Token is a personal, project or group access token.
func Token(token string) forge.Credential { return forge.Header("PRIVATE-TOKEN", "", token) }

// open makes a client. It sends no credential of its own and does not retry:
// conn does.
func open(conn *forge.Conn) (*api.Client, error) {
	client, err := api.NewAuthSourceClient(api.Unauthenticated{},
		api.WithBaseURL(conn.API().String()),
		api.WithHTTPClient(conn.HTTP()),
		api.WithoutRetries(),
		api.WithCustomLimiter(rate.NewLimiter(rate.Inf, 0)),
		api.WithUserAgent("fairlead"))
	if err != nil {
		return nil, conn.Err(err)
	}
	return client, nil
}

// list reads all pages of a listing of the API. GitLab leaves the number of
// pages out where there are more than 10,000 entries, so pages are followed by
// X-Next-Page alone: https://docs.gitlab.com/api/rest/#offset-based-pagination.
func list[T any](ctx context.Context, conn *forge.Conn, id func(T) string, page func(options api.ListOptions, request api.RequestOptionFunc) ([]T, *api.Response, error)) ([]T, error) {
	return forge.List(ctx, conn.Limits, id, func(ctx context.Context, at string) (forge.Page[T], error) {
		number := forge.PageNumber(at, 1)
		items, resp, err := page(api.ListOptions{PerPage: perPage, Page: int64(number)}, api.WithContext(ctx))
		if err != nil {
			return forge.Page[T]{}, conn.Err(err)
		}
		return forge.Page[T]{
			Items: items, Total: int(resp.TotalItems),
			Next: forge.NextPage(resp.Header, number, len(items), 1),
		}, nil
	})
}

// inProject is the address of what belongs to a project at a branch.
func inProject(client *api.Client, project, what string, query url.Values) (*url.URL, error) {
	base := client.BaseURL().String()
	return url.Parse(fmt.Sprintf("%sprojects/%s/repository/%s?%s", base, url.PathEscape(project), what, query.Encode()))
}

func idOf(id int64) string { return strconv.FormatInt(id, 10) }
