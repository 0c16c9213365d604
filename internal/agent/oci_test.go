package agent_test

import (
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

func TestChartOfARegistry(t *testing.T) {
	p := newPublished(t, nil)
	for _, version := range []string{"0.9.0", "1.0.0", "1.4.0"} {
		if _, err := p.PushChart(t.Context(), "charts", "app", version, chartFiles()); err != nil {
			t.Fatal(err)
		}
	}
	p.start()
	p.hub.put(p.resolved("web", v1alpha1.ApplicationSource{
		RepoURL: p.Host() + "/charts", Chart: "app", TargetRevision: "^1.0",
		Helm: &v1alpha1.ApplicationSourceHelm{Parameters: []v1alpha1.HelmParameter{{Name: "revision", Value: "$ARGOCD_APP_REVISION"}}},
	}))
	p.awaitSynced("web", "1.4.0")
	p.expect(map[string]string{"version": "1.4.0", "revision": "1.4.0"})
}

// An artifact follows its tag by digest, is read from its path, and stays when
// the registry is away.
func TestPlainManifestsOfARegistry(t *testing.T) {
	p := newPublished(t, nil)
	push := func(value string) string {
		t.Helper()
		digest, err := p.PushArtifact(t.Context(), "team/site", "stable", map[string]string{
			"prod/shown.yaml": configMap("shown", value), "dev/shown.yaml": configMap("shown", "dev"),
		})
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	src := v1alpha1.ApplicationSource{RepoURL: "oci://" + p.Host() + "/team/site", TargetRevision: "stable", Path: "prod"}
	digest := push("one")
	p.start()
	p.hub.put(p.resolved("web", src))
	status := p.awaitSynced("web", digest)
	p.expect(map[string]string{"value": "one"})
	if status.SourceType != v1alpha1.ApplicationSourceTypeDirectory {
		t.Errorf("source type %s", status.SourceType)
	}

	digest = push("two")
	p.hub.put(p.resolved("web", src))
	p.awaitSynced("web", digest)
	p.expect(map[string]string{"value": "two"})

	p.Away(true)
	p.patch("shown", `{"data":{"value":"by hand"}}`)
	p.await("the ConfigMap to be healed", healLimit, func() (bool, string) { return p.data("value") == "two", p.data("value") })
}
