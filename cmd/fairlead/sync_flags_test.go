package main

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// parsed are the flags of a command line.
func parsed(t *testing.T, args ...string) (*syncFlags, error) {
	t.Helper()
	c := newSyncCommand(streams{out: io.Discard, err: io.Discard})
	f := &syncFlags{}
	c.ResetFlags()
	f.bind(c)
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return f, f.check()
}

func TestSyncFlagsMakeAnOperation(t *testing.T) {
	app := askedFor(nil)
	app.Spec.Source = &v1alpha1.ApplicationSource{TargetRevision: "main"}
	app.Spec.SyncPolicy = &v1alpha1.SyncPolicy{SyncOptions: v1alpha1.SyncOptions{"CreateNamespace=true"}}
	three := int64(3)
	for name, c := range map[string]struct {
		args  []string
		sync  v1alpha1.SyncOperation
		retry v1alpha1.RetryStrategy
	}{
		"nothing":          {},
		"prune, dry run":   {args: []string{"--prune", "--dry-run"}, sync: v1alpha1.SyncOperation{Prune: true, DryRun: true}},
		"revision":         {args: []string{"--revision", "v1"}, sync: v1alpha1.SyncOperation{Revision: "v1"}},
		"revisions":        {args: []string{"--revisions", "v1"}, sync: v1alpha1.SyncOperation{Revisions: []string{"v1"}}},
		"force":            {args: []string{"--force"}, sync: v1alpha1.SyncOperation{SyncStrategy: &v1alpha1.SyncStrategy{Hook: &v1alpha1.SyncStrategyHook{SyncStrategyApply: v1alpha1.SyncStrategyApply{Force: true}}}}},
		"no hooks":         {args: []string{"--strategy", "apply"}, sync: v1alpha1.SyncOperation{SyncStrategy: &v1alpha1.SyncStrategy{Apply: &v1alpha1.SyncStrategyApply{}}}},
		"options are more": {args: []string{"--replace", "--sync-option", "Validate=false"}, sync: v1alpha1.SyncOperation{SyncOptions: v1alpha1.SyncOptions{"CreateNamespace=true", "Validate=false", "Replace=true"}}},
		"retry": {args: []string{"--retry-limit", "4", "--retry-backoff-factor", "3", "--retry-backoff-duration", "90s", "--retry-refresh"},
			retry: v1alpha1.RetryStrategy{Limit: 4, Refresh: true, Backoff: &v1alpha1.Backoff{Duration: "90s", MaxDuration: "180s", Factor: &three}}},
	} {
		f, err := parsed(t, c.args...)
		if err != nil {
			t.Fatal(name, err)
		}
		op, err := f.operation(app)
		if err != nil {
			t.Fatal(name, err)
		}
		if diff := cmp.Diff(&c.sync, op.Sync); diff != "" {
			t.Errorf("%s: sync (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(c.retry, op.Retry); diff != "" {
			t.Errorf("%s: retry (-want +got):\n%s", name, diff)
		}
	}
}

func TestSyncFlagsThatMakeNoSense(t *testing.T) {
	for _, args := range [][]string{
		{"--strategy", "both"}, {"--revision", "a", "--revisions", "b"}, {"--resource", "Deployment/web"},
		{"--sync-option", "Replace"}, {"--info", "=x"}, {"--retry-backoff-factor", "0"},
	} {
		_, err := parsed(t, args...)
		if exit := (*exitError)(nil); !errors.As(err, &exit) || exit.code != codeUsage {
			t.Errorf("%v: error %v, want exit code %d", args, err, codeUsage)
		}
	}
}

// One that syncs itself would go back to its own revision at once.
func TestSyncOfAnotherRevisionIsRefusedWhereSyncIsAutomated(t *testing.T) {
	app := askedFor(nil)
	app.Spec.Source = &v1alpha1.ApplicationSource{TargetRevision: "main"}
	app.Spec.SyncPolicy = &v1alpha1.SyncPolicy{Automated: &v1alpha1.SyncPolicyAutomated{}}
	_, err := (&syncFlags{revision: "v1"}).operation(app)
	if exit := (*exitError)(nil); !errors.As(err, &exit) || exit.code != codeGuarded {
		t.Errorf("error %v, want exit code %d", err, codeGuarded)
	}
	no := false
	for name, f := range map[string]*syncFlags{"the same": {revision: "main"}, "a dry run": {revision: "v1", dryRun: true}} {
		if _, err := f.operation(app); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	app.Spec.SyncPolicy.Automated.Enabled = &no
	if _, err := (&syncFlags{revision: "v1"}).operation(app); err != nil {
		t.Errorf("switched off: %v", err)
	}
}

func TestSeconds(t *testing.T) {
	if got := seconds(3*time.Minute) + " " + seconds(1500*time.Millisecond); got != "180s 1.5s" {
		t.Error(got)
	}
}
