package scm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/reference"
	"github.com/fairlead/fairlead/internal/inputs/scm/forge"
)

// Options bound what is asked of a provider. The zero value is usable.
type Options struct {
	// AllowLoopback lets a generator's api name this machine and link-local
	// addresses: for tests.
	AllowLoopback bool
	// Reach judges a host, with its port if it has one, before it is asked and
	// again right before it is dialled; nil allows every one.
	Reach func(host string) error
	// AllowedAPIs are the values of a generator's field api that may be dialled,
	// compared as written. None means any; providers' public addresses always
	// may. One that is listed here may be on this machine.
	AllowedAPIs []string
	// CA is a bundle of certificates in PEM that every server may be verified
	// with, besides the system's and the generator's caRef.
	CA []byte
	// MaxPages and MaxItems bound one listing; more is an error. 0 means 1,000
	// and 100,000.
	MaxPages, MaxItems int
	// MaxBody bounds one response in bytes; 0 means 32 MiB.
	MaxBody int64
	// MaxWait is how long a rate limit is waited out before it becomes an
	// error; 0 means 5 s.
	MaxWait time.Duration
	// Timeout of one request; 0 means 30 s.
	Timeout time.Duration
	// Concurrency of requests per question; 0 means 8.
	Concurrency int
}

// Client answers questions of the kinds scmProvider and pullRequest.
type Client struct {
	objects reference.Objects
	opts    Options
	limits  forge.Limits
	// gate remembers across questions which provider wants to be left alone.
	gate *forge.Gate
	// cache is GitHub's, which does not count what has not changed:
	// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api.
	cache *forge.Cache
	// public are the addresses of providers that a generator need not name, by
	// the generator's field.
	public map[string]string
}

// cacheSize is about 5,000 repositories of GitHub with their branches, in bytes.
const cacheSize = 64 << 20

// New makes a Client that reads credentials and certificates from objects.
func New(objects reference.Objects, opts Options) *Client {
	return &Client{objects: objects, opts: opts, gate: forge.NewGate(), cache: forge.NewCache(cacheSize), public: publicAPIs(), limits: forge.Limits{
		Pages: opts.MaxPages, Items: opts.MaxItems, Body: opts.MaxBody, Wait: opts.MaxWait,
		Timeout: opts.Timeout, Concurrency: opts.Concurrency, AllowLoopback: opts.AllowLoopback, Reach: opts.Reach,
	}}
}

// Answer lists repositories or pull requests, in an order that depends on
// nothing but them. An error means that nothing is known: there are no partial
// answers. One that has the method RetryAfter() time.Duration says how long
// the provider wants to be left alone.
func (c *Client) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	switch q.Kind {
	case "scmProvider":
		return c.answerRepositories(ctx, q)
	case "pullRequest":
		return c.answerPulls(ctx, q)
	}
	return nil, fmt.Errorf("generator %q is none of scmProvider and pullRequest", q.Kind)
}

func (c *Client) answerRepositories(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	var spec v1alpha1.SCMProviderGenerator
	if err := json.Unmarshal([]byte(q.Spec), &spec); err != nil {
		return nil, fmt.Errorf("read the generator: %w", err)
	}
	at, open, err := repositoriesOf(&spec)
	if err != nil {
		return nil, err
	}
	var out []generators.SCMRepository
	err = c.ask(ctx, q.Namespace, at, func(conn *forge.Conn) error {
		host, err := open(conn)
		if err != nil {
			return err
		}
		out, err = listRepositories(ctx, host, &spec, conn.Limits.Concurrency)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &generators.Answer{Repositories: out}, nil
}

func (c *Client) answerPulls(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	var spec v1alpha1.PullRequestGenerator
	if err := json.Unmarshal([]byte(q.Spec), &spec); err != nil {
		return nil, fmt.Errorf("read the generator: %w", err)
	}
	at, open, err := pullsOf(&spec)
	if err != nil {
		return nil, err
	}
	var out []generators.PullRequest
	err = c.ask(ctx, q.Namespace, at, func(conn *forge.Conn) error {
		host, err := open(conn)
		if err != nil {
			return err
		}
		out, err = listPulls(ctx, host, &spec)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &generators.Answer{PullRequests: out}, nil
}

// ask connects, does, and names the provider in what goes wrong.
func (c *Client) ask(ctx context.Context, namespace string, at place, do func(*forge.Conn) error) error {
	conn, err := c.dial(ctx, namespace, at)
	if err != nil {
		return fmt.Errorf("%s: %w", at.field, err)
	}
	defer conn.Close()
	if err := do(conn); err != nil {
		return fmt.Errorf("%s: %w", at.field, err)
	}
	return nil
}

var errNoProvider = errors.New("no provider is set: write one, such as github or gitlab")
