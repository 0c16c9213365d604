package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs/reference"
)

// Options bound what is asked of plugins. The zero value is usable.
type Options struct {
	// Namespace of the ConfigMaps and Secrets, as Argo CD has them all in its
	// own; empty means that of the set that asks.
	Namespace string
	// AllowLoopback lets a plugin be on this machine, or at a link-local
	// address: for tests of sets.
	AllowLoopback bool
	// Reach judges a host, with its port if it has one, before it is asked and
	// again right before it is dialled; nil allows every one.
	Reach func(host string) error
	// Timeout of one request for ConfigMaps without requestTimeout; 0 means
	// 30 s.
	Timeout time.Duration
	// MaxBody bounds a reply in bytes; 0 means 10 MiB.
	MaxBody int64
}

const (
	defaultTimeout = 30 * time.Second
	defaultMaxBody = 10 << 20
)

// Answerer answers questions of the kind plugin.
type Answerer struct {
	objects reference.Objects
	opts    Options
	client  *http.Client
}

// New makes an Answerer that reads ConfigMaps and Secrets from objects.
func New(objects reference.Objects, opts Options) *Answerer {
	if opts.Timeout == 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.MaxBody == 0 {
		opts.MaxBody = defaultMaxBody
	}
	return &Answerer{objects: objects, opts: opts, client: newClient(opts)}
}

// Answer asks the plugin that the question's ConfigMap describes. See
// https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Plugin/.
func (a *Answerer) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	var spec v1alpha1.PluginGenerator
	if err := json.Unmarshal([]byte(q.Spec), &spec); err != nil {
		return nil, fmt.Errorf("decode the question: %w", err)
	}
	namespace := q.Namespace
	if a.opts.Namespace != "" {
		namespace = a.opts.Namespace
	}
	config, err := readConfig(ctx, a.objects, namespace, spec.ConfigMapRef.Name, a.opts.Reach)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(request{ApplicationSetName: q.Set, Input: spec.Input})
	if err != nil {
		return nil, fmt.Errorf("encode input.parameters: %w", err)
	}
	reply, err := a.post(ctx, config, body)
	if err != nil {
		// A reply may repeat the token, a library's error may repeat a reply.
		return nil, &replyError{config.hide("plugin " + config.address + ": " + err.Error()), retryAfter(err)}
	}
	return &generators.Answer{Replies: reply}, nil
}

// request is what a plugin is sent.
type request struct {
	ApplicationSetName string               `json:"applicationSetName"`
	Input              v1alpha1.PluginInput `json:"input"`
}

// replyError is a text without the token, and how long the plugin wants to be
// left alone.
type replyError struct {
	text  string
	after time.Duration
}

func (e *replyError) Error() string { return e.text }

// RetryAfter is how long the plugin wants to be left alone; 0 if it did not say.
func (e *replyError) RetryAfter() time.Duration { return e.after }

func retryAfter(err error) time.Duration {
	var status *statusError
	if errors.As(err, &status) {
		return status.after
	}
	return 0
}
