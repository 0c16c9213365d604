package source

import (
	"context"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
)

// auth is what a repository is asked with, or nil.
func (g *Git) auth(ctx context.Context, repoURL, scheme string) (transport.AuthMethod, error) {
	if g.opts.Credentials == nil || scheme != "http" && scheme != "https" {
		return nil, nil
	}
	c, err := g.opts.Credentials.Credential(ctx, repoURL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: find the credential: %w", ErrUnavailable, err)
	case c.Bearer != "":
		return &githttp.TokenAuth{Token: c.Bearer}, nil
	case c.Anonymous():
		return nil, nil
	}
	return &githttp.BasicAuth{Username: c.Username, Password: c.Password}, nil
}
