package hub

import (
	"context"
	"fmt"

	"k8s.io/client-go/dynamic"

	"github.com/fairlead/fairlead/internal/expand"
	shrink "github.com/fairlead/fairlead/internal/guard"
	"github.com/fairlead/fairlead/internal/hub/applicationset"
	"github.com/fairlead/fairlead/internal/hub/applicationset/deletions"
	"github.com/fairlead/fairlead/internal/hub/pin"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/inputs/objects"
	"github.com/fairlead/fairlead/internal/inputs/questions"
	"github.com/fairlead/fairlead/internal/inputs/scm"
)

// SetOptions are for ApplicationSets. Those that Argo CD has too mean the same.
type SetOptions struct {
	// Namespaces whose sets are served, beside the control namespace: globs, or
	// regular expressions between slashes.
	Namespaces []string
	// NoSCMProviders turns scmProvider and pullRequest generators off.
	NoSCMProviders bool
	// SCMProviders are the API addresses that those generators may name. None
	// means any, which is refused together with Namespaces.
	SCMProviders []string
	// TokenRefStrictMode lets those generators use labelled Secrets only.
	TokenRefStrictMode bool
	// AllowLoopback lets them and plugins be on this machine: for tests.
	AllowLoopback bool
	// Expand bounds expansions.
	Expand expand.Options
	// Deletions that a set may make within a window. Zero means the defaults.
	Deletions shrink.Limits
}

// addSets adds the loop over sets, with who answers their generators.
func (h *Hub) addSets(sets *applicationset.Reconciler, resolver *pin.Resolver) (*questions.Cache, error) {
	m, o := h.manager, h.opts.Sets
	lists, err := dynamic.NewForConfig(h.opts.RestConfig)
	if err != nil {
		return nil, err
	}
	answers := questions.NewCache(questions.New(objects.FromCluster(m.GetAPIReader(), lists), questions.Options{
		Namespace: h.opts.Namespace, AllowLoopback: o.AllowLoopback, TokenRefStrictMode: o.TokenRefStrictMode,
		SCM: scm.Options{AllowedAPIs: o.SCMProviders},
	}), questions.CacheOptions{})
	metrics, err := deletions.NewMetrics(h.opts.Registerer)
	if err != nil {
		return nil, err
	}
	sets.Client, sets.Live, sets.Now, sets.Registerer = m.GetClient(), m.GetAPIReader(), h.opts.Now, h.opts.Registerer
	sets.Revisions, sets.Questions = revisions{resolver}, answers
	sets.Options = inputs.Options{Expand: o.Expand}
	sets.Admission = applicationset.Admission{
		Namespace: h.opts.Namespace, Namespaces: o.Namespaces,
		NoSCMProviders: o.NoSCMProviders, AnySCMProvider: len(o.SCMProviders) == 0,
	}
	sets.Guard = &deletions.Guard{
		Client: m.GetClient(), Live: m.GetAPIReader(), Events: m.GetEventRecorder("fairlead"),
		Metrics: metrics, Limits: o.limits(), Now: steady(h.opts.Now),
	}
	err = applicationset.Setup(m, sets, func(f applicationset.Moved) {
		resolver.Listen(func(c pin.Change) { f(c.Owners) })
	})
	if err != nil {
		return nil, fmt.Errorf("applicationset loop: %w", err)
	}
	named := references{config: h.opts.RestConfig, namespaces: h.opts.served(), tell: sets.Referred}
	for _, run := range []func(context.Context) error{named.run, h.probe.run} {
		if err := m.Add(loop{run: run, leaderOnly: true}); err != nil {
			return nil, err
		}
	}
	return answers, nil
}
