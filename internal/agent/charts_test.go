package agent_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// chartSource is a chart by range, with a value file of the second source and
// one at a URL.
func (p *published) chartSources() []v1alpha1.ApplicationSource {
	return []v1alpha1.ApplicationSource{
		{RepoURL: p.Charts(), Chart: "app", TargetRevision: "1.x", Helm: &v1alpha1.ApplicationSourceHelm{
			ValueFiles: []string{"$values/env/prod.yaml", p.URL("/values/$ARGOCD_APP_NAME.yaml")},
			Parameters: []v1alpha1.HelmParameter{{Name: "revision", Value: "$ARGOCD_APP_REVISION of $ARGOCD_APP_SOURCE_TARGET_REVISION"}},
		}},
		{RepoURL: p.repo.URL(), TargetRevision: "main", Ref: "values"},
	}
}

func TestChartOfARepositoryWithValuesFromGitAndAURL(t *testing.T) {
	p := newPublished(t, map[string]string{"env/prod.yaml": "v: git\nw: git\n"})
	p.publish("app", "1.1.0")
	p.publish("app", "1.2.0")
	p.publish("app", "2.0.0")
	p.Put("/values/web.yaml", "w: url\n")
	p.start()
	p.hub.put(p.resolved("web", p.chartSources()...))
	status := p.awaitSynced("web", "1.2.0")
	p.expect(map[string]string{"v": "git", "w": "url", "version": "1.2.0", "revision": "1.2.0 of 1.x"})
	if len(status.SourceTypes) != 2 || status.SourceTypes[0] != v1alpha1.ApplicationSourceTypeHelm {
		t.Errorf("source types %v", status.SourceTypes)
	}

	t.Run("a new version under the range", func(t *testing.T) {
		p.publish("app", "1.10.0")
		p.hub.put(p.resolved("web", p.chartSources()...))
		p.awaitSynced("web", "1.10.0")
		p.expect(map[string]string{"version": "1.10.0", "revision": "1.10.0 of 1.x", "w": "url"})
	})
	t.Run("another value file at the URL", func(t *testing.T) {
		p.Put("/values/web.yaml", "w: changed\n")
		p.hub.put(p.resolved("web", p.chartSources()...))
		p.await("the values to arrive", patience, func() (bool, string) { return p.data("w") == "changed", p.data("w") })
		p.awaitSynced("web", "1.10.0")
	})
}

// Everybody who publishes is away: what runs is healed, also after a restart of
// the agent, and not one question is asked. A render that was lost comes from
// the cache.
func TestAChartRunsOnWhileItsRepositoryIsAway(t *testing.T) {
	p := newPublished(t, map[string]string{"env/prod.yaml": "v: git\n"})
	p.publish("app", "1.1.0")
	p.Put("/values/web.yaml", "w: url\n")
	p.start()
	b := p.resolved("web", p.chartSources()...)
	p.hub.put(b)
	p.awaitSynced("web", "1.1.0")
	p.Away(true)
	asked, git := p.Asked(""), p.git.Counts()

	heal := func() {
		t.Helper()
		p.patch("shown", `{"data":{"v":"by hand"}}`)
		p.await("the ConfigMap to be healed", healLimit, func() (bool, string) { return p.data("v") == "git", p.data("v") })
	}
	heal()
	p.stop()
	p.start()
	p.await("the agent to watch again", patience, func() (bool, string) { return p.agent.Ready() == nil, "" })
	heal()
	p.awaitSynced("web", "1.1.0")

	// Another parameter: rendered anew, of what is in the cache.
	sources := p.chartSources()
	sources[0].Helm.Parameters = append(sources[0].Helm.Parameters, v1alpha1.HelmParameter{Name: "w", Value: "offline"})
	other := p.bundle("web", full(), func(a *v1alpha1.Application) { a.Spec.Source, a.Spec.Sources = nil, sources })
	other.Pins, other.Files = b.GetPins(), b.GetFiles()
	p.hub.put(stamped(other))
	p.await("the parameter to arrive", patience, func() (bool, string) { return p.data("w") == "offline", p.data("w") })
	if n, now := p.Asked(""), p.git.Counts(); n != asked || now != git {
		t.Errorf("%d questions and Git %+v, were %d and %+v", n, now, asked, git)
	}
}

// A pin is the content that was resolved: a version published anew is no other
// content for it. What runs stays and says why.
func TestAChartThatWasPublishedAnewIsNotWhatWasPinned(t *testing.T) {
	p := newPublished(t, nil)
	p.publish("app", "1.1.0")
	src := v1alpha1.ApplicationSource{RepoURL: p.Charts(), Chart: "app", TargetRevision: "1.1.0"}
	b := p.resolved("web", src)
	if _, err := p.Publish("app", "1.1.0", map[string]string{"templates/evil.yaml": configMap("evil", "1")}); err != nil {
		t.Fatal(err)
	}
	p.start()
	p.hub.put(b)
	got := p.awaitStatus("web", "refused", func(a v1alpha1.ApplicationStatus) bool { return len(a.Conditions) > 0 })
	if c := got.Conditions[0]; c.Type != v1alpha1.ApplicationConditionComparisonError ||
		!strings.Contains(c.Message, "fetch chart app 1.1.0 of "+p.Charts()) || !strings.Contains(c.Message, "content has changed") {
		t.Errorf("condition %+v", c)
	}
	if p.get(configMaps, "evil") != nil {
		t.Error("what nobody pinned was applied")
	}
	p.hub.put(p.resolved("web", src))
	p.awaitSynced("web", "1.1.0")
	if p.get(configMaps, "evil") == nil {
		t.Error("the new pin was not followed")
	}
}
