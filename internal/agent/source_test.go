package agent_test

import (
	"strings"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestBadSourcesSayWhy(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"good/config.yaml":       configMap("good", "1"),
		"yaml/config.yaml":       "apiVersion: v1\nkind: ConfigMap\n\tmetadata: {}\n",
		"chart/Chart.yaml":       "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
		"chart/templates/c.yaml": configMap("from-chart", "1"),
	}))
	s.start()
	cases := []struct {
		name, want string
		modify     func(*v1alpha1.Application)
	}{
		{"escapes", "escape", func(a *v1alpha1.Application) { a.Spec.Source.Path = "../../etc" }},
		{"absent", "absent", func(a *v1alpha1.Application) {}},
		{"yaml", "config.yaml", func(a *v1alpha1.Application) {}},
		{"chart", "values-missing.yaml", func(a *v1alpha1.Application) {
			a.Spec.Source.Helm = &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"values-missing.yaml"}}
		}},
		{"repository", `resolve chart nginx "main" of http://`, func(a *v1alpha1.Application) { a.Spec.Source.Chart = "nginx" }},
		{"reference", `source 2: helm.valueFiles[0]: value file $other/x.yaml: no source of this application has ref "other"`, func(a *v1alpha1.Application) {
			chart := *a.Spec.Source
			chart.Path, chart.Helm = "chart", &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"$other/x.yaml"}}
			a.Spec.Sources = v1alpha1.ApplicationSources{{RepoURL: chart.RepoURL, Ref: "values"}, chart}
		}},
	}
	for _, c := range cases {
		s.hub.put(s.bundle(c.name, full(), c.modify))
	}
	s.hub.put(s.bundle("good", full()))
	for _, c := range cases {
		got := s.awaitStatus(c.name, "not comparable", func(a v1alpha1.ApplicationStatus) bool { return len(a.Conditions) > 0 })
		if got.Sync.Status != v1alpha1.SyncStatusCodeUnknown || got.Conditions[0].Type != v1alpha1.ApplicationConditionComparisonError ||
			!strings.Contains(got.Conditions[0].Message, c.want) {
			t.Errorf("%s: %s, conditions %+v; want ComparisonError with %q", c.name, got.Sync.Status, got.Conditions, c.want)
		}
		t.Logf("%s: %s", c.name, got.Conditions[0].Message)
	}
	s.awaitHealthy("good")
	counts := s.git.Counts()

	// A good one goes bad: it keeps running, is healed, and not pruned.
	s.commit(map[string]string{"good/config.yaml": "apiVersion: v1\nkind: [\n"})
	s.hub.put(s.bundle("good", full()))
	s.awaitStatus("good", "not comparable", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeUnknown && len(a.Conditions) > 0 && a.Health.Status == v1alpha1.HealthStatusHealthy
	})
	for range 3 {
		s.remove(configMaps, "good")
		s.await("the last good object to be back", healLimit, func() (bool, string) { return s.get(configMaps, "good") != nil, "" })
	}
	if after := s.git.Counts(); after.Fetch-counts.Fetch > 2 {
		t.Errorf("%d fetches while nothing could mend it", after.Fetch-counts.Fetch)
	}
	// And is mended.
	s.commit(map[string]string{"good/config.yaml": configMap("good", "2")})
	s.hub.put(s.bundle("good", full()))
	s.awaitHealthy("good")
}

func TestUnpinnedRevisionIsResolvedHere(t *testing.T) {
	s := newSite(t, files(map[string]string{"web/config.yaml": configMap("web-config", "one")}))
	s.start()
	b := s.bundle("web", full())
	b.Pins[0].Revision = ""
	s.hub.put(stamped(b))
	s.awaitHealthy("web")
}

func TestSeveralSources(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"web/config.yaml": configMap("one", "1"),
		"more/c.yaml":     configMap("two", "2"),
	}))
	s.start()
	s.hub.put(s.bundle("web", full(), func(a *v1alpha1.Application) {
		second := *a.Spec.Source
		second.Path = "more"
		a.Spec.Sources = v1alpha1.ApplicationSources{*a.Spec.Source, second}
		a.Spec.Source = nil
	}))
	got := s.awaitStatus("web", "synced", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && len(a.Resources) == 2
	})
	if len(got.Sync.Revisions) != 2 || len(got.SourceTypes) != 2 || len(got.History) != 1 || len(got.History[0].Revisions) != 2 {
		t.Errorf("sync %+v, types %v, history %+v", got.Sync, got.SourceTypes, got.History)
	}
}

func TestValueFilesOfAnotherSource(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"chart/Chart.yaml":       "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
		"chart/templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Values.name }}'}\n",
		"values/web.yaml":        "name: from-values\n",
	}))
	s.start()
	s.hub.put(s.bundle("web", full(), func(a *v1alpha1.Application) {
		chart := *a.Spec.Source
		chart.Path, chart.Helm = "chart", &v1alpha1.ApplicationSourceHelm{ValueFiles: []string{"$values/values/$ARGOCD_APP_NAME.yaml"}}
		a.Spec.Sources = v1alpha1.ApplicationSources{chart, {RepoURL: chart.RepoURL, TargetRevision: chart.TargetRevision, Ref: "values"}}
		a.Spec.Source = nil
	}))
	s.awaitStatus("web", "synced", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && len(a.Resources) == 1 && a.Resources[0].Name == "from-values"
	})
}

func TestRenderWarningsAreToldAndStopNothing(t *testing.T) {
	s := newSite(t, files(map[string]string{
		"chart/Chart.yaml":       "apiVersion: v2\nname: chart\nversion: 0.1.0\n",
		"chart/templates/c.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\ndata: {year: '{{ now | date \"2006\" }}'}\n",
	}))
	s.start()
	s.hub.put(s.bundle("chart", full()))
	got := s.awaitStatus("chart", "synced, healthy and warned about", func(a v1alpha1.ApplicationStatus) bool {
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && a.Health.Status == v1alpha1.HealthStatusHealthy && len(a.Conditions) > 0
	})
	if c := got.Conditions[0]; c.Type != v1alpha1.ApplicationConditionRenderWarning || !strings.Contains(c.Message, "now") {
		t.Errorf("condition %+v", c)
	}
}
