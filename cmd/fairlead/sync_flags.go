package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// syncFlags are what one sync is asked to do, by the names that Argo CD's
// `argocd app sync` gives them.
type syncFlags struct {
	prune, dryRun, force, replace, outOfSyncOnly, serverSide bool
	revision, strategy                                       string
	revisions, resources, options, info                      []string
	retryLimit, retryFactor                                  int64
	retryFirst, retryMax                                     time.Duration
	retryRefresh                                             bool
}

func (f *syncFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&f.prune, "prune", false, "also delete what has left the source")
	flags.BoolVar(&f.dryRun, "dry-run", false, "ask the cluster what it would accept; change nothing")
	flags.BoolVar(&f.force, "force", false, "delete and make anew what cannot be changed in place")
	flags.BoolVar(&f.replace, "replace", false, "put whole objects in place of applying fields (sync option Replace=true)")
	flags.BoolVar(&f.outOfSyncOnly, "apply-out-of-sync-only", false, "write only what differs (sync option ApplyOutOfSyncOnly=true)")
	flags.BoolVar(&f.serverSide, "server-side", false, "no effect: every apply is server-side")
	flags.StringVar(&f.revision, "revision", "", "sync this revision instead of the pinned one")
	flags.StringSliceVar(&f.revisions, "revisions", nil, "sync these revisions, one per source, in order; leave one empty to keep it")
	flags.StringVar(&f.strategy, "strategy", "", "hook (default), or apply: run no hooks")
	flags.StringArrayVar(&f.resources, "resource", nil, "sync only GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME; * matches, ! before it leaves out; repeatable")
	flags.StringArrayVar(&f.options, "sync-option", nil, "one more sync option, NAME=VALUE, beside the Application's own; repeatable")
	flags.StringArrayVar(&f.info, "info", nil, "KEY=VALUE to keep with the operation; repeatable")
	flags.Int64Var(&f.retryLimit, "retry-limit", 0, "how often a failed sync is tried again; below 0 without end")
	flags.DurationVar(&f.retryFirst, "retry-backoff-duration", v1alpha1.DefaultSyncRetryDuration, "the pause before the first retry")
	flags.DurationVar(&f.retryMax, "retry-backoff-max-duration", v1alpha1.DefaultSyncRetryMaxDuration, "the longest pause")
	flags.Int64Var(&f.retryFactor, "retry-backoff-factor", v1alpha1.DefaultSyncRetryFactor, "by how much a pause is longer than the one before")
	flags.BoolVar(&f.retryRefresh, "retry-refresh", false, "retry with the newest revision")
}

// check what can be told without the Application.
func (f *syncFlags) check() error {
	switch {
	case f.strategy != "" && f.strategy != "apply" && f.strategy != "hook":
		return exitf(codeUsage, "--strategy %q: want apply or hook", f.strategy)
	case f.revision != "" && len(f.revisions) > 0:
		return exitf(codeUsage, "--revision and --revisions exclude each other")
	case f.retryFactor < 1:
		return exitf(codeUsage, "--retry-backoff-factor %d: want 1 or more", f.retryFactor)
	}
	for _, kv := range slices.Concat(f.options, f.info) {
		if name, _, ok := strings.Cut(kv, "="); !ok || name == "" {
			return exitf(codeUsage, "%q: want NAME=VALUE", kv)
		}
	}
	for _, r := range f.resources {
		if _, err := parsePattern(r); err != nil {
			return err
		}
	}
	return nil
}

// operation to write on an Application.
func (f *syncFlags) operation(app *v1alpha1.Application) (*v1alpha1.Operation, error) {
	sync := &v1alpha1.SyncOperation{
		Prune: f.prune, DryRun: f.dryRun, Revision: f.revision, Revisions: f.revisions,
		SyncStrategy: f.syncStrategy(), SyncOptions: f.syncOptions(app),
	}
	var err error
	if sync.Resources, err = selected(app, f.resources); err != nil {
		return nil, err
	}
	if err := f.fits(app); err != nil {
		return nil, err
	}
	op := newOperation(sync)
	for _, kv := range f.info {
		name, value, _ := strings.Cut(kv, "=")
		op.Info = append(op.Info, &v1alpha1.Info{Name: name, Value: value})
	}
	if f.retryLimit != 0 {
		op.Retry = v1alpha1.RetryStrategy{Limit: f.retryLimit, Refresh: f.retryRefresh, Backoff: &v1alpha1.Backoff{
			Duration: seconds(f.retryFirst), MaxDuration: seconds(f.retryMax), Factor: &f.retryFactor,
		}}
	}
	return op, nil
}

// fits says why an Application cannot be synced like this. One that syncs
// itself would go back at once, as in Argo CD.
func (f *syncFlags) fits(app *v1alpha1.Application) error {
	sources := app.Spec.GetSources()
	if n := len(f.revisions); n > len(sources) {
		return exitf(codeUsage, "application %s has %d sources, and --revisions names %d", app.Name, len(sources), n)
	}
	if f.dryRun || app.Spec.SyncPolicy == nil || !app.Spec.SyncPolicy.IsAutomatedSyncEnabled() {
		return nil
	}
	asked := f.revisions
	if f.revision != "" {
		asked = []string{f.revision}
	}
	for i, revision := range asked {
		if i < len(sources) && revision != "" && revision != sources[i].TargetRevision {
			return exitf(codeGuarded, "application %s cannot be synced to %s: it syncs itself to %q; take syncPolicy.automated off first, or roll it back",
				app.Name, revision, sources[i].TargetRevision)
		}
	}
	return nil
}

func (f *syncFlags) syncStrategy() *v1alpha1.SyncStrategy {
	apply := v1alpha1.SyncStrategyApply{Force: f.force}
	switch {
	case f.strategy == "apply":
		return &v1alpha1.SyncStrategy{Apply: &apply}
	case f.strategy == "hook" || f.force:
		return &v1alpha1.SyncStrategy{Hook: &v1alpha1.SyncStrategyHook{SyncStrategyApply: apply}}
	}
	return nil
}

// syncOptions are the Application's own and those of the flags, which win;
// none if the flags name none: then the agent takes the Application's own.
func (f *syncFlags) syncOptions(app *v1alpha1.Application) v1alpha1.SyncOptions {
	asked := slices.Clone(f.options)
	if f.replace {
		asked = append(asked, "Replace=true")
	}
	if f.outOfSyncOnly {
		asked = append(asked, "ApplyOutOfSyncOnly=true")
	}
	if len(asked) == 0 {
		return nil
	}
	var own []string
	if p := app.Spec.SyncPolicy; p != nil {
		own = p.SyncOptions
	}
	return slices.Concat(own, asked)
}

// seconds as Argo CD reads them.
func seconds(d time.Duration) string {
	if d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return d.String()
}
