package reconcile

import (
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/status"
)

// pinned is the content that was synced at these revisions, as the hub has
// pinned it; nothing where an operation brought revisions of its own.
func (w *work) pinned(revisions []string) status.Pinned {
	var out status.Pinned
	pins := w.held.Bundle.GetPins()
	if len(pins) != len(revisions) {
		return out
	}
	digests, some := make([]string, len(pins)), false
	for i, p := range pins {
		if p.GetRevision() != revisions[i] {
			return out
		}
		digests[i] = p.GetDigest()
		some = some || digests[i] != ""
	}
	if some { // commits are digests themselves
		out.Digests = digests
	}
	for _, f := range w.held.Bundle.GetFiles() {
		out.Files = append(out.Files, v1alpha1.RevisionFile{URL: f.GetRepoUrl(), Digest: f.GetDigest()})
	}
	return out
}
