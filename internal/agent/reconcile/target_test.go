package reconcile

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/source"
)

func TestTargetNamesWhatRenderingDependsOn(t *testing.T) {
	app := &v1alpha1.Application{}
	app.Namespace, app.Name = "argocd", "web"
	app.Spec.Destination.Namespace = "web"
	sources := v1alpha1.ApplicationSources{{RepoURL: "https://git/r", Path: "web", TargetRevision: "main"}}
	digest, files := "", []source.Pin(nil)
	id := func(modify func(*v1alpha1.Application, v1alpha1.ApplicationSources), revision, version string) string {
		a, s := app.DeepCopy(), v1alpha1.ApplicationSources{*sources[0].DeepCopy()}
		modify(a, s)
		got, err := newTarget(a, s, []source.Pin{{Revision: revision, Digest: digest}}, files, version)
		if err != nil {
			t.Fatal(err)
		}
		return got.id
	}
	none := func(*v1alpha1.Application, v1alpha1.ApplicationSources) {}
	base := id(none, "c1", "1.36.3")
	for name, same := range map[string]string{
		"nothing":                  id(none, "c1", "1.36.3"),
		"a branch of another name": id(func(_ *v1alpha1.Application, s v1alpha1.ApplicationSources) { s[0].TargetRevision = "release" }, "c1", "1.36.3"),
		"another sync policy": id(func(a *v1alpha1.Application, _ v1alpha1.ApplicationSources) {
			a.Spec.SyncPolicy = &v1alpha1.SyncPolicy{}
		}, "c1", "1.36.3"),
		"another UID and generation": id(func(a *v1alpha1.Application, _ v1alpha1.ApplicationSources) { a.UID, a.Generation = "x", 9 }, "c1", "1.36.3"),
	} {
		if same != base {
			t.Errorf("%s changed the target", name)
		}
	}
	for name, other := range map[string]string{
		"another commit":     id(none, "c2", "1.36.3"),
		"another path":       id(func(_ *v1alpha1.Application, s v1alpha1.ApplicationSources) { s[0].Path = "api" }, "c1", "1.36.3"),
		"another namespace":  id(func(a *v1alpha1.Application, _ v1alpha1.ApplicationSources) { a.Spec.Destination.Namespace = "x" }, "c1", "1.36.3"),
		"another Kubernetes": id(none, "c1", "1.37.0"),
	} {
		if other == base {
			t.Errorf("%s did not change the target", name)
		}
	}
	for name, c := range map[string]struct {
		digest string
		files  []source.Pin
	}{
		"the same version of a chart with another content": {"sha256:1", nil},
		"a value file": {"", []source.Pin{{Spec: source.FileAt("https://files/a"), Digest: "sha256:1"}}},
	} {
		if digest, files = c.digest, c.files; id(none, "c1", "1.36.3") == base {
			t.Errorf("%s did not change the target", name)
		}
	}
	digest, files = "", nil
	says := func(revision string) string {
		return id(func(_ *v1alpha1.Application, s v1alpha1.ApplicationSources) {
			s[0].TargetRevision = revision
			s[0].Helm = &v1alpha1.ApplicationSourceHelm{Values: "asked: $ARGOCD_APP_SOURCE_TARGET_REVISION"}
		}, "c1", "1.36.3")
	}
	if says("main") == says("release") {
		t.Error("a branch of another name, which the parameters say, did not change the target")
	}
}

func TestBroken(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	var none *broken
	if none.holds("t", now) {
		t.Error("nothing holds nothing back")
	}
	content := none.next("t", errors.New("bad yaml"), now)
	if !content.holds("t", now.Add(24*time.Hour)) || content.holds("other", now) {
		t.Error("bad content holds its own target back, for good")
	}
	away := fmt.Errorf("fetch: %w", source.ErrUnavailable)
	b := none
	for _, want := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
		b = b.next("t", away, now)
		if got := b.retry.Sub(now); got != want*time.Second {
			t.Errorf("try %d waits %s, want %ds", b.tries, got, want)
		}
	}
	if b = b.next("other", away, now); b.tries != 0 {
		t.Error("another target begins anew")
	}
}

func TestOverrides(t *testing.T) {
	spec := v1alpha1.ApplicationSpec{Source: &v1alpha1.ApplicationSource{RepoURL: "r", TargetRevision: "main"}}
	user := func(s v1alpha1.SyncOperation) v1alpha1.Operation { return v1alpha1.Operation{Sync: &s} }
	for _, tt := range []struct {
		name string
		op   v1alpha1.Operation
		want string
	}{
		{"none", user(v1alpha1.SyncOperation{}), ""},
		{"revision", user(v1alpha1.SyncOperation{Revision: "old"}), "r@old"},
		{"source", user(v1alpha1.SyncOperation{Source: &v1alpha1.ApplicationSource{RepoURL: "r2", TargetRevision: "v1"}}), "r2@v1"},
		{"automated ones name what they sync", v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: "old"},
			InitiatedBy: v1alpha1.OperationInitiator{Automated: true}}, ""},
	} {
		sources, asked := overrides(spec, tt.op)
		got := []string{}
		for i := range asked {
			got = append(got, sources[i].RepoURL+"@"+asked[i])
		}
		if s := strings.Join(got, ","); s != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, s, tt.want)
		}
	}
}

func TestOnlyWaits(t *testing.T) {
	item := func(o apply.Outcome, h v1alpha1.HealthStatusCode) apply.ItemResult {
		return apply.ItemResult{Outcome: o, Health: v1alpha1.HealthStatus{Status: h}}
	}
	for name, tt := range map[string]struct {
		items []apply.ItemResult
		want  bool
	}{
		"nothing was tried":  {nil, false},
		"one is progressing": {[]apply.ItemResult{item(apply.Synced, "Progressing"), item(apply.Synced, "Healthy")}, true},
		"one was refused":    {[]apply.ItemResult{item(apply.Synced, "Progressing"), item(apply.SyncFailed, "")}, false},
		"one is degraded":    {[]apply.ItemResult{item(apply.Synced, "Progressing"), item(apply.Synced, "Degraded")}, false},
	} {
		if got := onlyWaits(&apply.SyncResult{Failed: true, Items: tt.items}); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
