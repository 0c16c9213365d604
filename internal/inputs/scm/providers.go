package scm

import (
	"errors"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/inputs/scm/azuredevops"
	"github.com/fairlead/fairlead/internal/inputs/scm/bitbucketcloud"
	"github.com/fairlead/fairlead/internal/inputs/scm/bitbucketserver"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
	"github.com/fairlead/fairlead/internal/inputs/scm/gitea"
	"github.com/fairlead/fairlead/internal/inputs/scm/github"
	"github.com/fairlead/fairlead/internal/inputs/scm/gitlab"
)

// publicAPIs are asked where a generator names no api, by its field.
func publicAPIs() map[string]string {
	return map[string]string{
		"github":      github.PublicAPI,
		"gitlab":      gitlab.PublicAPI,
		"bitbucket":   bitbucketcloud.PublicAPI,
		"azureDevOps": azuredevops.PublicAPI,
		"azuredevops": azuredevops.PublicAPI,
	}
}

type (
	openRepositories func(*forge.Conn) (repositories, error)
	openPulls        func(*forge.Conn) (pulls, error)
)

// repositoriesOf picks the provider of a generator. Of several, the first in
// this order, as Argo CD does.
func repositoriesOf(spec *v1alpha1.SCMProviderGenerator) (place, openRepositories, error) {
	switch {
	case spec.Github != nil:
		p := spec.Github
		return place{field: "github", api: p.API, secret: p.TokenRef, login: forge.Bearer, app: p.AppSecretName, owner: p.Organization},
			func(c *forge.Conn) (repositories, error) { return github.NewRepositories(c, p) }, nil
	case spec.Gitlab != nil:
		p := spec.Gitlab
		return place{field: "gitlab", api: p.API, secret: p.TokenRef, login: gitlab.Token, ca: p.CARef, insecure: p.Insecure},
			func(c *forge.Conn) (repositories, error) { return gitlab.NewRepositories(c, p) }, nil
	case spec.Gitea != nil:
		p := spec.Gitea
		return place{field: "gitea", api: p.API, secret: p.TokenRef, login: gitea.Token, insecure: p.Insecure},
			func(c *forge.Conn) (repositories, error) { return gitea.NewRepositories(c, p) }, nil
	case spec.BitbucketServer != nil:
		p := spec.BitbucketServer
		at := place{field: "bitbucketServer", api: p.API, ca: p.CARef, insecure: p.Insecure}
		at.bearerOrBasic(tokenOf(p.BearerToken), p.BasicAuth)
		return at, func(c *forge.Conn) (repositories, error) { return bitbucketserver.NewRepositories(c, p) }, nil
	case spec.AzureDevOps != nil:
		p := spec.AzureDevOps
		if p.AccessTokenRef == nil {
			return place{}, nil, errors.New("azureDevOps: accessTokenRef is missing: refer to a Secret with a personal access token")
		}
		return place{field: "azureDevOps", api: p.API, secret: p.AccessTokenRef, login: azuredevops.Token},
			func(c *forge.Conn) (repositories, error) { return azuredevops.NewRepositories(c, p) }, nil
	case spec.Bitbucket != nil:
		p := spec.Bitbucket
		at := place{field: "bitbucket"}
		at.bearerOrBasic(nil, &v1alpha1.BasicAuthBitbucketServer{Username: p.User, PasswordRef: p.AppPasswordRef})
		return at, func(c *forge.Conn) (repositories, error) { return bitbucketcloud.NewRepositories(c, p) }, nil
	case spec.AWSCodeCommit != nil:
		return place{}, nil, errors.New("awsCodeCommit is not supported: list the repositories with a list or plugin generator")
	}
	return place{}, nil, errNoProvider
}

// pullsOf picks the provider of a generator. Of several, the first in this
// order, as Argo CD does.
func pullsOf(spec *v1alpha1.PullRequestGenerator) (place, openPulls, error) {
	switch {
	case spec.Github != nil:
		p := spec.Github
		return place{field: "github", api: p.API, secret: p.TokenRef, login: forge.Bearer, app: p.AppSecretName, owner: p.Owner},
			func(c *forge.Conn) (pulls, error) { return github.NewPulls(c, p) }, nil
	case spec.GitLab != nil:
		p := spec.GitLab
		return place{field: "gitlab", api: p.API, secret: p.TokenRef, login: gitlab.Token, ca: p.CARef, insecure: p.Insecure},
			func(c *forge.Conn) (pulls, error) { return gitlab.NewPulls(c, p) }, nil
	case spec.Gitea != nil:
		p := spec.Gitea
		return place{field: "gitea", api: p.API, secret: p.TokenRef, login: gitea.Token, insecure: p.Insecure},
			func(c *forge.Conn) (pulls, error) { return gitea.NewPulls(c, p) }, nil
	case spec.BitbucketServer != nil:
		p := spec.BitbucketServer
		at := place{field: "bitbucketServer", api: p.API, ca: p.CARef, insecure: p.Insecure}
		at.bearerOrBasic(tokenOf(p.BearerToken), p.BasicAuth)
		return at, func(c *forge.Conn) (pulls, error) { return bitbucketserver.NewPulls(c, p) }, nil
	case spec.Bitbucket != nil:
		p := spec.Bitbucket
		at := place{field: "bitbucket", api: p.API}
		at.bearerOrBasic(tokenOf((*v1alpha1.BearerTokenBitbucket)(p.BearerToken)), p.BasicAuth)
		return at, func(c *forge.Conn) (pulls, error) { return bitbucketcloud.NewPulls(c, p) }, nil
	case spec.AzureDevOps != nil:
		p := spec.AzureDevOps
		return place{field: "azuredevops", api: p.API, secret: p.TokenRef, login: azuredevops.Token},
			func(c *forge.Conn) (pulls, error) { return azuredevops.NewPulls(c, p) }, nil
	}
	return place{}, nil, errNoProvider
}

func tokenOf(bearer *v1alpha1.BearerTokenBitbucket) *v1alpha1.SecretRef {
	if bearer == nil {
		return nil
	}
	return bearer.TokenRef
}

// bearerOrBasic takes the token if there is one, else the password.
func (p *place) bearerOrBasic(token *v1alpha1.SecretRef, basic *v1alpha1.BasicAuthBitbucketServer) {
	switch {
	case token != nil:
		p.secret, p.login = token, forge.Bearer
	case basic != nil:
		p.secret = basic.PasswordRef
		p.login = func(password string) forge.Credential { return forge.Basic(basic.Username, password) }
	}
}
