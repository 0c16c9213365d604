package github

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	api "github.com/google/go-github/v89/github"

	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// App is a GitHub App that repositories are read as:
// https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app.
type App struct {
	ID int64
	// Installation of the app; 0 means the one at the owner that is asked for.
	Installation int64
	// Key is the app's private key, PEM.
	Key []byte
	// API is where the app is, if the generator does not say; may be empty.
	API string
}

// ReadApp reads a Secret in the form that Argo CD gives to credentials of
// repositories.
func ReadApp(secret map[string][]byte) (App, error) {
	id, err := strconv.ParseInt(strings.TrimSpace(string(secret["githubAppID"])), 10, 64)
	if err != nil {
		return App{}, errors.New(`key "githubAppID" must be the number of a GitHub App`)
	}
	app := App{ID: id, Key: secret["githubAppPrivateKey"], API: strings.TrimSpace(string(secret["githubAppEnterpriseBaseUrl"]))}
	if len(app.Key) == 0 {
		return App{}, errors.New(`key "githubAppPrivateKey" is missing`)
	}
	if installation := strings.TrimSpace(string(secret["githubAppInstallationID"])); installation != "" {
		if app.Installation, err = strconv.ParseInt(installation, 10, 64); err != nil {
			return App{}, errors.New(`key "githubAppInstallationID" must be a number or absent`)
		}
	}
	return app, nil
}

// Login turns an app into a credential for owner's repositories, over an
// anonymous connection. It is good for an hour.
func (a App) Login(ctx context.Context, conn *forge.Conn, owner string) (forge.Credential, error) {
	key, err := jwt.ParseRSAPrivateKeyFromPEM(a.Key)
	if err != nil {
		return forge.Credential{}, errors.New(`key "githubAppPrivateKey" is not an RSA key in PEM form`)
	}
	// The clocks of both sides may differ by a minute; ten are the most.
	now := conn.Limits.Now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    strconv.FormatInt(a.ID, 10),
		IssuedAt:  jwt.NewNumericDate(now.Add(-time.Minute)),
		ExpiresAt: jwt.NewNumericDate(now.Add(8 * time.Minute)),
	}).SignedString(key)
	if err != nil {
		return forge.Credential{}, errors.New("cannot sign with the app's private key")
	}
	identity := fmt.Sprintf("app %d", a.ID)
	asApp := conn.With(forge.Bearer(signed).OwnedBy(identity))
	client, err := open(asApp)
	if err != nil {
		return forge.Credential{}, err
	}
	installation := a.Installation
	if installation == 0 {
		if installation, err = installationAt(ctx, asApp, client, owner); err != nil {
			return forge.Credential{}, err
		}
	}
	token, _, err := client.Apps.CreateInstallationToken(ctx, installation, &api.InstallationTokenOptions{})
	if err != nil {
		return forge.Credential{}, fmt.Errorf("log in as installation %d of GitHub App %d: %w", installation, a.ID, asApp.Err(err))
	}
	if token.GetToken() == "" {
		return forge.Credential{}, fmt.Errorf("log in as installation %d of GitHub App %d: the answer has no token", installation, a.ID)
	}
	return forge.Bearer(token.GetToken()).OwnedBy(fmt.Sprintf("%s installation %d", identity, installation)), nil
}

func installationAt(ctx context.Context, conn *forge.Conn, client *api.Client, owner string) (int64, error) {
	id := func(i *api.Installation) string { return idOf(i.GetID()) }
	installations, err := list(ctx, conn, id, func(ctx context.Context, options api.ListOptions) ([]*api.Installation, *api.Response, error) {
		return client.Apps.ListInstallations(ctx, &options)
	})
	if err != nil {
		return 0, fmt.Errorf("list the installations of the GitHub App: %w", err)
	}
	for _, i := range installations {
		if strings.EqualFold(i.GetAccount().GetLogin(), owner) {
			return i.GetID(), nil
		}
	}
	return 0, fmt.Errorf("the GitHub App is not installed at %s: install it, or write githubAppInstallationID", owner)
}
