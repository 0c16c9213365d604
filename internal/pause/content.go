package pause

import (
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// content is what ran: sources, and what each of them stood for.
type content struct {
	sources   v1alpha1.ApplicationSources
	revisions []string
	digests   []string
	files     []v1alpha1.RevisionFile
}

// contentOf reads the singular or the plural fields, of which one is in use.
func contentOf(source v1alpha1.ApplicationSource, revision string, sources v1alpha1.ApplicationSources, revisions []string) content {
	if len(sources) > 0 {
		return content{sources: sources, revisions: revisions}
	}
	return content{sources: v1alpha1.ApplicationSources{source}, revisions: []string{revision}}
}

func ofEntry(h v1alpha1.RevisionHistory) content {
	c := contentOf(h.Source, h.Revision, h.Sources, h.Revisions)
	c.digests, c.files = h.Digests, h.Files
	return c
}

func ofSync(s v1alpha1.SyncStatus) content {
	return contentOf(s.ComparedTo.Source, s.Revision, s.ComparedTo.Sources, s.Revisions)
}

func ofResult(r v1alpha1.SyncOperationResult) content {
	return contentOf(r.Source, r.Revision, r.Sources, r.Revisions)
}

// isKnown: every source stands for something.
func (c content) isKnown() bool {
	if len(c.sources) != len(c.revisions) {
		return false
	}
	for _, r := range c.revisions {
		if r == "" {
			return false
		}
	}
	return true
}

// same content gives the same manifests: by which branch a commit was reached
// does not count.
func (c content) same(o content) bool {
	return equality.Semantic.DeepEqual(c.pinned(), o.pinned())
}

func (c content) pinned() v1alpha1.ApplicationSources {
	out := make(v1alpha1.ApplicationSources, len(c.sources))
	for i := range c.sources {
		out[i] = c.sources[i]
		out[i].TargetRevision, out[i].TagPrefix = "", ""
		if i < len(c.revisions) {
			out[i].TargetRevision = c.revisions[i]
		}
	}
	return out
}

// Revisions of an entry, one per source.
func Revisions(h v1alpha1.RevisionHistory) []string { return ofEntry(h).revisions }

// Sources of an entry.
func Sources(h v1alpha1.RevisionHistory) v1alpha1.ApplicationSources { return ofEntry(h).sources }

// Short revisions as people read them: commits and digests by their first 12
// digits, with commas between.
func Short(revisions []string) string {
	out := make([]string, len(revisions))
	for i, r := range revisions {
		out[i] = r
		if algorithm, hex, ok := strings.Cut(r, ":"); ok && len(hex) > 12 {
			out[i] = algorithm + ":" + hex[:12]
		} else if commit.MatchString(r) {
			out[i] = r[:12]
		}
	}
	return strings.Join(out, ",")
}
