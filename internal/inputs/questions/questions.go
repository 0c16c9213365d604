package questions

import (
	"context"
	"fmt"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/placement"
	"github.com/fairlead/fairlead/internal/inputs/plugin"
	"github.com/fairlead/fairlead/internal/inputs/scm"
)

// Options are those of all who answer.
type Options struct {
	// Namespace of the ConfigMaps, tokens and placement objects of plugin and
	// clusterDecisionResource: Argo CD has them in its own, whichever namespace
	// a set is in. Empty means the set's.
	Namespace string
	// AllowLoopback lets plugins and Git hosts be on this machine.
	AllowLoopback bool
	// Reach judges a host, with its port if it has one, before a plugin or Git
	// host there is asked, and again right before it is dialled; nil allows
	// every one.
	Reach func(host string) error
	// TokenRefStrictMode lets scmProvider and pullRequest use those Secrets
	// only that carry the label argocd.argoproj.io/secret-type: scm-creds.
	TokenRefStrictMode bool
	// SCM bounds what is asked of Git hosts.
	SCM scm.Options
}

// ByKind answers a question by its kind.
type ByKind map[string]inputs.Answerer

// New answers questions of every kind, reading what they name from objects.
func New(o *objects.Objects, opts Options) ByKind {
	credentials := o
	if opts.TokenRefStrictMode {
		credentials = o.OnlySCMCredentials()
	}
	opts.SCM.AllowLoopback = opts.SCM.AllowLoopback || opts.AllowLoopback
	if opts.Reach != nil {
		opts.SCM.Reach = opts.Reach
	}
	hosts := scm.New(credentials, opts.SCM)
	return ByKind{
		"scmProvider":             hosts,
		"pullRequest":             hosts,
		"plugin":                  plugin.New(o, plugin.Options{Namespace: opts.Namespace, AllowLoopback: opts.AllowLoopback, Reach: opts.Reach}),
		"clusterDecisionResource": placement.New(o, placement.Options{Namespace: opts.Namespace}),
	}
}

// Answer passes a question to who answers its kind.
func (a ByKind) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	to, ok := a[q.Kind]
	if !ok {
		return nil, fmt.Errorf("nothing here answers questions of kind %s", q.Kind)
	}
	return to.Answer(ctx, q)
}
