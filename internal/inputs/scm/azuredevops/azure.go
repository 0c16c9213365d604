package azuredevops

import (
	"net/url"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// PublicAPI is asked where a generator names no api.
const PublicAPI = "https://dev.azure.com"

// version of the API: one that servers of one's own have, too.
const version = "6.0"

// perPage of listings that are cut by number.
const perPage = 100

// kindNoRepository is what the service calls a repository that is missing,
// disabled or hidden.
const kindNoRepository = "GitRepositoryNotFoundException"

// Token is a personal access token.
func Token(token string) forge.Credential { return forge.Basic("", token) }

// listing is the form of every listing.
type listing[T any] struct {
	Value *[]T `json:"value"`
}

// at is an address of the Git API of a project; path is escaped by the caller.
func at(conn *forge.Conn, organization, project, path string, query url.Values) *url.URL {
	query.Set("api-version", version)
	return conn.At(query, url.PathEscape(organization), url.PathEscape(project), "_apis", "git", path)
}
