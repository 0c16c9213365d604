package agent_test

import (
	"encoding/json"
	"testing"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/render/buildenv"
	"github.com/fairlead/fairlead/internal/source"
	"github.com/fairlead/fairlead/internal/source/catalog"
	"github.com/fairlead/fairlead/internal/source/sourcetest"
)

// published is a site beside a chart repository, a registry and a host of
// files.
type published struct {
	*site
	*sourcetest.Server
	hubs *catalog.Catalog
}

func newPublished(t *testing.T, repository map[string]string) *published {
	t.Helper()
	if repository == nil {
		repository = map[string]string{"README.md": "nothing to deliver\n"}
	}
	p := &published{site: newSite(t, files(repository)), Server: sourcetest.Serve()}
	t.Cleanup(p.Server.Close)
	p.site.sources = catalog.Options{Credentials: source.Prefixes{p.Host(): {PlainHTTP: true}}}
	var git *source.Git
	p.hubs, git = catalog.Open(t.TempDir(), source.GitOptions{}, p.site.sources)
	t.Cleanup(func() { p.hubs.Close(); git.Close() })
	return p
}

// publish a chart that shows its values v and w, its version and the revision
// that it is told.
func (p *published) publish(name, version string) string {
	p.t.Helper()
	digest, err := p.Publish(name, version, chartFiles())
	if err != nil {
		p.t.Fatal(err)
	}
	return digest
}

func chartFiles() map[string]string {
	return map[string]string{
		"values.yaml": "v: default\nw: default\n",
		"templates/shown.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: shown}
data:
  v: {{ .Values.v | quote }}
  w: {{ .Values.w | quote }}
  version: {{ .Chart.Version | quote }}
  revision: {{ .Values.revision | quote }}
`,
	}
}

// resolved is a bundle as a hub makes it now: every source and value file with
// its pin.
func (p *published) resolved(name string, sources ...v1alpha1.ApplicationSource) *deliveryv1.Bundle {
	p.t.Helper()
	b := p.bundle(name, full(), func(a *v1alpha1.Application) {
		a.Spec.Source, a.Spec.Sources = nil, sources
		if len(sources) == 1 {
			a.Spec.Source, a.Spec.Sources = &sources[0], nil
		}
	})
	app := &v1alpha1.Application{}
	if err := json.Unmarshal(b.GetApplication(), app); err != nil {
		p.t.Fatal(err)
	}
	b.Pins, b.Files = nil, nil
	for _, s := range sources {
		b.Pins = append(b.Pins, p.pin(source.Of(s)))
	}
	for _, url := range buildenv.RemoteFilesOf(app) {
		b.Files = append(b.Files, p.pin(source.FileAt(url)))
	}
	return stamped(b)
}

func (p *published) pin(spec source.Spec) *deliveryv1.PinnedSource {
	p.t.Helper()
	pin, err := p.hubs.Resolve(p.t.Context(), spec)
	if err != nil {
		p.t.Fatal(err)
	}
	return &deliveryv1.PinnedSource{
		RepoUrl: spec.RepoURL, Chart: spec.Chart, TargetRevision: spec.Revision,
		Revision: pin.Revision, Digest: pin.Digest, Location: pin.Location,
	}
}

// awaitSynced waits until an application runs these revisions.
func (p *published) awaitSynced(name string, revisions ...string) v1alpha1.ApplicationStatus {
	p.t.Helper()
	return p.awaitStatus(name, "synced", func(a v1alpha1.ApplicationStatus) bool {
		at := a.Sync.Revisions
		if len(at) == 0 {
			at = []string{a.Sync.Revision}
		}
		for i, want := range revisions {
			if i >= len(at) || want != "" && at[i] != want {
				return false
			}
		}
		return a.Sync.Status == v1alpha1.SyncStatusCodeSynced && len(a.Conditions) == 0 &&
			(a.OperationState == nil || a.OperationState.Phase.Completed())
	})
}

// data of the ConfigMap "shown".
func (p *published) data(key string) string {
	obj := p.get(configMaps, "shown")
	if obj == nil {
		return "(missing)"
	}
	value, _ := obj.Object["data"].(map[string]any)[key].(string)
	return value
}

func (p *published) expect(want map[string]string) {
	p.t.Helper()
	for key, value := range want {
		if got := p.data(key); got != value {
			p.t.Errorf("%s is %q, want %q", key, got, value)
		}
	}
}
