package scm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
	"github.com/fairlead/fairlead/internal/inputs/scm/github"
)

// place is where a generator's provider is, and what to get in with.
type place struct {
	// field of the generator that names the provider.
	field string
	api   string
	// secret holds what login turns into a credential; nil means anonymous.
	secret *v1alpha1.SecretRef
	login  func(secret string) forge.Credential
	// app is the Secret of a GitHub App, which goes before secret, and owner
	// whose repositories it reads.
	app, owner string
	ca         *v1alpha1.ConfigMapKeyRef
	insecure   bool
}

// dial connects to a place with what the objects of namespace hold for it.
func (c *Client) dial(ctx context.Context, namespace string, at place) (*forge.Conn, error) {
	if at.api != "" && len(c.opts.AllowedAPIs) > 0 && !slices.Contains(c.opts.AllowedAPIs, at.api) {
		return nil, fmt.Errorf("api %q is not allowed here: use one of %s", at.api, strings.Join(c.opts.AllowedAPIs, ", "))
	}
	if api := cmp.Or(at.api, c.public[at.field]); at.app == "" || at.api != "" {
		if err := c.reach(api); err != nil { // before a Secret is read
			return nil, err
		}
	}
	cfg := forge.Config{Insecure: at.insecure, Limits: c.limits, Gate: c.gate}
	if slices.Contains(c.opts.AllowedAPIs, at.api) {
		if u, err := forge.Base(at.api); err == nil {
			cfg.Limits.Own = forge.HostPort(u)
		}
	}
	if at.field == "github" {
		cfg.Cache = c.cache
	}
	var err error
	if cfg.CAs, err = c.certificates(ctx, namespace, at.ca); err != nil {
		return nil, err
	}
	if at.app != "" {
		return c.dialAsApp(ctx, namespace, at, cfg)
	}
	if at.secret != nil {
		secret, err := c.secret(ctx, namespace, *at.secret)
		if err != nil {
			return nil, err
		}
		cfg.Credential = at.login(secret)
	}
	return c.open(cmp.Or(at.api, c.public[at.field]), cfg)
}

func (c *Client) dialAsApp(ctx context.Context, namespace string, at place, cfg forge.Config) (*forge.Conn, error) {
	data, err := c.objects.Secret(ctx, namespace, at.app)
	if err != nil {
		return nil, err
	}
	app, err := github.ReadApp(data)
	if err != nil {
		return nil, fmt.Errorf("read Secret %s/%s: %w", namespace, at.app, err)
	}
	conn, err := c.open(cmp.Or(at.api, app.API, c.public[at.field]), cfg)
	if err != nil {
		return nil, err
	}
	credential, err := app.Login(ctx, conn, at.owner)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("GitHub App of Secret %s/%s: %w", namespace, at.app, err)
	}
	return conn.With(credential), nil
}

func (c *Client) open(api string, cfg forge.Config) (*forge.Conn, error) {
	if api == "" {
		return nil, errors.New("api is empty: write the provider's address")
	}
	var err error
	if cfg.API, err = forge.Base(api); err != nil {
		return nil, err
	}
	if err := c.reach(api); err != nil {
		return nil, err
	}
	return forge.Dial(cfg)
}

// reach judges an address, if addresses are judged. What is no address is left
// to open.
func (c *Client) reach(api string) error {
	if c.opts.Reach == nil || api == "" {
		return nil
	}
	u, err := forge.Base(api)
	if err != nil {
		return nil //nolint:nilerr // open says it
	}
	return c.opts.Reach(u.Host)
}

// secret reads one key of a Secret. Space around the value is taken off: keys
// made with an editor end in a line break, which no header can carry.
func (c *Client) secret(ctx context.Context, namespace string, ref v1alpha1.SecretRef) (string, error) {
	data, err := c.objects.Secret(ctx, namespace, ref.SecretName)
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(data[ref.Key]))
	if value == "" {
		return "", fmt.Errorf("key %q of Secret %s/%s is empty or missing: put the credential there", ref.Key, namespace, ref.SecretName)
	}
	return value, nil
}

func (c *Client) certificates(ctx context.Context, namespace string, ref *v1alpha1.ConfigMapKeyRef) ([][]byte, error) {
	var out [][]byte
	if len(c.opts.CA) > 0 {
		out = append(out, c.opts.CA)
	}
	if ref == nil {
		return out, nil
	}
	data, err := c.objects.ConfigMap(ctx, namespace, ref.ConfigMapName)
	if err != nil {
		return nil, err
	}
	bundle, ok := data[ref.Key]
	if !ok {
		return nil, fmt.Errorf("key %q of ConfigMap %s/%s is missing: put the certificates there", ref.Key, namespace, ref.ConfigMapName)
	}
	return append(out, []byte(bundle)), nil
}
