package apply

import (
	"strings"
	"testing"
)

// A dry run checks what it can: a kind that the same sync would install, or
// that its option says comes later, is passed over; any other fails.
func TestDryRunOfKindsThatAreNotInstalled(t *testing.T) {
	s := newSite(t)
	crd, group := s.widget("Namespaced")
	dry := func(manifests string) SyncRequest {
		req := s.request(manifests)
		req.DryRun = true
		return req
	}
	wantText(t, s.mustFail(dry(widget(group, "one"))).Message, "not installed")
	wantText(t, find(t, s.mustSync(dry(docs(crd, widget(group, "one")))).Items, "one").Message, "dry run", "not installed yet")
	later := strings.Replace(widget(group, "one"), "{name: one}", "{name: one, annotations: {argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true}}", 1)
	s.mustSync(dry(later))
	req := dry(widget(group, "one"))
	req.Manifests = req.Manifests.With(Settings{SkipDryRunOnMissingResource: true})
	s.mustSync(req)
}
