package pin

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-logr/logr"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source"
)

var chart = Ref{Kind: source.KindHelm, RepoURL: "https://charts.example.com", Chart: "airflow", Revision: "1.x"}

func (r *remote) publish(ref Ref, version, digest string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.commits[ref], r.digests[ref] = version, digest
}

func newRemote() *remote { return &remote{commits: map[Ref]string{}, digests: map[Ref]string{}} }

func TestAVersionPublishedAnewIsFollowedOnlyWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		charts := newRemote()
		charts.publish(chart, "1.2.0", "sha256:a")
		r, _ := running(t, charts)
		app := &v1alpha1.Application{}
		app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: chart.RepoURL, Chart: chart.Chart, TargetRevision: chart.Revision}
		r.Want("set", []Ref{chart})
		time.Sleep(time.Second)
		charts.publish(chart, "1.2.0", "sha256:b")
		time.Sleep(5 * time.Minute)
		stays := func(digest string) {
			t.Helper()
			if res, _ := r.Get(chart); res.Pin.Digest != digest {
				t.Errorf("pinned %+v, want %s", res.Pin, digest)
			}
		}
		stays("sha256:a")
		if lines := r.Unresolved(app); len(lines) != 1 || !strings.Contains(lines[0], "chart airflow 1.2.0 of https://charts.example.com") ||
			!strings.Contains(lines[0], "argocd.argoproj.io/refresh: hard") || !strings.Contains(lines[0], "(staying at 1.2.0)") {
			t.Errorf("told: %q", lines)
		}
		r.AskFor(t.Context(), false, app)
		stays("sha256:a")
		r.AskFor(t.Context(), true, app)
		stays("sha256:b")
		if lines := r.Unresolved(app); len(lines) != 0 {
			t.Errorf("still told: %q", lines)
		}
		// It was accepted once: what comes after it is not.
		charts.publish(chart, "1.2.0", "sha256:c")
		time.Sleep(5 * time.Minute)
		stays("sha256:b")
		// Another version is another version.
		charts.publish(chart, "1.3.0", "sha256:d")
		time.Sleep(5 * time.Minute)
		stays("sha256:d")
	})
}

// A tag that is no version, an artifact and a file at a URL are made to move.
func TestWhatIsMadeToMoveIsFollowed(t *testing.T) {
	for _, ref := range []Ref{
		{Kind: source.KindOCIChart, RepoURL: "registry.example.com/charts", Chart: "app", Revision: "latest"},
		{Kind: source.KindOCI, RepoURL: "oci://registry.example.com/site", Revision: "stable"},
		source.FileAt("https://files.example.com/values.yaml"),
	} {
		was := Resolution{}.after(source.Pin{Spec: ref, Revision: ref.Revision, Digest: "sha256:a"}, nil, false, time.Time{})
		now := was.after(source.Pin{Spec: ref, Revision: ref.Revision, Digest: "sha256:b"}, nil, false, time.Time{})
		if now.Pin.Digest != "sha256:b" || now.Err != nil {
			t.Errorf("%+v: stays at %s, %v", ref, now.Pin.Digest, now.Err)
		}
	}
}

// A hub that has just started knows from its Pins what it had resolved.
func TestAPinDecidesAboutAVersionAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		charts := newRemote()
		charts.publish(chart, "1.2.0", "sha256:b")
		r, changes := running(t, charts)
		r.Settle(source.Pin{Spec: chart, Revision: "1.2.0", Digest: "sha256:a"}, time.Now())
		r.Want("set", []Ref{chart})
		time.Sleep(time.Minute)
		synctest.Wait()
		if res, _ := r.Get(chart); res.Pin.Digest != "sha256:a" || !errors.Is(res.Err, source.ErrChanged) {
			t.Errorf("known: %+v", res)
		}
		if len(*changes) == 0 || (*changes)[0].Moved() {
			t.Errorf("changes %+v, want an error that moves nothing", *changes)
		}
	})
}

func TestALocationIsPinnedOnlyIfItLasts(t *testing.T) {
	for location, want := range map[string]string{
		"https://charts.example.com/a-1.tgz":              "https://charts.example.com/a-1.tgz",
		"https://store.example.com/a-1.tgz?sig=hunter2":   "",
		"https://user:hunter2@charts.example.com/a-1.tgz": "",
	} {
		got := Resolution{}.after(source.Pin{Spec: chart, Revision: "1.0.0", Digest: "sha256:a", Location: location}, nil, false, time.Time{})
		if got.Pin.Location != want {
			t.Errorf("%s: pinned %q", location, got.Pin.Location)
		}
	}
}

func TestWhatIsUnresolvedSaysWhatToDo(t *testing.T) {
	app := &v1alpha1.Application{}
	app.Name = "airflow"
	app.Spec.Source = &v1alpha1.ApplicationSource{
		RepoURL: chart.RepoURL, Chart: chart.Chart, TargetRevision: chart.Revision,
		Helm: &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"https://files.example.com/$ARGOCD_APP_NAME.yaml"}},
	}
	for want, err := range map[string]error{
		"asked again by itself":                    source.ErrUnavailable,
		"give the hub a credential":                source.ErrDenied,
		"correct repoURL, chart or targetRevision": source.ErrNotFound,
		"correct the value file's URL":             source.ErrNotFound,
	} {
		r := NewResolver(&remote{err: fmt.Errorf("resolve: %w", err)}, ResolverOptions{Logger: logr.Discard()})
		r.Want("x", RefsOf(app))
		r.AskFor(t.Context(), false, app)
		if lines := strings.Join(r.Unresolved(app), "\n"); !strings.Contains(lines, want) {
			t.Errorf("%v: %q, want %q", err, lines, want)
		}
	}
}
