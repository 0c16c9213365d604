package plugin

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/inputs/reference"
)

// config is what a ConfigMap says of a plugin.
type config struct {
	// address that is asked, without credentials.
	address string
	host    string // of address, with its port if it has one
	token   string
	timeout time.Duration // 0: the default
}

const (
	execute = "api/v1/getparams.execute"
	// defaultSecret holds the tokens of references that name no Secret.
	defaultSecret = "argocd-secret"
)

// readConfig reads the ConfigMap of a plugin and the token that it refers to. A
// host that reach refuses costs no look at the token.
func readConfig(ctx context.Context, objects reference.Objects, namespace, name string, reach func(host string) error) (config, error) {
	data, err := objects.ConfigMap(ctx, namespace, name)
	if err != nil {
		return config{}, err
	}
	c, secret, key, err := parseConfig(data)
	if err != nil {
		return config{}, fmt.Errorf("configmap %s/%s: %w", namespace, name, err)
	}
	if reach != nil {
		if err := reach(c.host); err != nil {
			return config{}, fmt.Errorf("configmap %s/%s: baseUrl: %w", namespace, name, err)
		}
	}
	tokens, err := objects.Secret(ctx, namespace, secret)
	if err != nil {
		return config{}, fmt.Errorf("configmap %s/%s: token: %w", namespace, name, err)
	}
	token, ok := tokens[key]
	if !ok {
		return config{}, fmt.Errorf("configmap %s/%s: token: secret %s/%s has no key %q", namespace, name, namespace, secret, key)
	}
	c.token = strings.TrimSpace(string(token))
	if c.token == "" || strings.ContainsFunc(c.token, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return config{}, fmt.Errorf("key %q of secret %s/%s is no token: it is empty or spans several lines", key, namespace, secret)
	}
	return c, nil
}

func parseConfig(data map[string]string) (c config, secret, key string, err error) {
	var errs []error
	if c.address, c.host, err = parseBase(data["baseUrl"]); err != nil {
		errs = append(errs, fmt.Errorf("baseUrl %w", err))
	}
	if secret, key, err = parseToken(data["token"]); err != nil {
		errs = append(errs, fmt.Errorf("token %w", err))
	}
	if text, ok := data["requestTimeout"]; ok {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 0 || seconds > maxSeconds {
			errs = append(errs, fmt.Errorf("requestTimeout is %q; want seconds, at most %d", text, maxSeconds))
		}
		c.timeout = time.Duration(seconds) * time.Second
	}
	return c, secret, key, errors.Join(errs...)
}

// maxSeconds bounds requestTimeout.
const maxSeconds = 600

// parseBase gives the address to ask and its host. What is wrong with a base is said without
// repeating it, because it may hold a password.
func parseBase(base string) (address, host string, err error) {
	if base == "" {
		return "", "", errors.New("is missing")
	}
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", "", errors.New("is no address: want http:// or https:// and a host")
	case u.User != nil:
		return "", "", errors.New("holds a user name or password: give the token by reference instead")
	case u.RawQuery != "" || u.Fragment != "":
		return "", "", errors.New("holds a query: want scheme, host and path only")
	}
	return strings.TrimSuffix(base, "/") + "/" + execute, u.Host, nil
}

// parseToken reads $SECRET:KEY, or $KEY of argocd-secret.
func parseToken(ref string) (secret, key string, err error) {
	name, ok := strings.CutPrefix(ref, "$")
	if !ok || name == "" {
		return "", "", errors.New("must refer to a Secret: want $SECRET:KEY, or $KEY of " + defaultSecret)
	}
	parts := strings.Split(name, ":")
	if len(parts) == 1 {
		return defaultSecret, name, nil
	}
	if parts[0] == "" || parts[1] == "" {
		return "", "", errors.New("refers to no Secret and key: want $SECRET:KEY")
	}
	return parts[0], parts[1], nil
}

// hide takes the token out of a text.
func (c *config) hide(text string) string { return strings.ReplaceAll(text, c.token, "[token]") }
