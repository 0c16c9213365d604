package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// target is what should run: sources at revisions, for a destination.
type target struct {
	// id is a digest of everything that rendering depends on.
	id        string
	sources   v1alpha1.ApplicationSources
	revisions []string
}

// targetEncoding names what an id is made of; another encoding, another name.
const targetEncoding = "fairlead.target.v1"

var commit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// newTarget names sources at revisions. What a source asks for (a branch, say)
// does not count, only what it stands for.
func newTarget(app *v1alpha1.Application, sources v1alpha1.ApplicationSources, revisions []string, kubeVersion string) (target, error) {
	pinned := make(v1alpha1.ApplicationSources, len(sources))
	for i := range sources {
		pinned[i] = sources[i]
		pinned[i].TargetRevision = revisions[i]
	}
	raw, err := json.Marshal(map[string]any{
		"encoding": targetEncoding, "sources": pinned, "name": app.Name, "kubeVersion": kubeVersion,
		"namespace": app.Namespace, "destination": app.Spec.Destination.Namespace,
	})
	if err != nil {
		return target{}, fmt.Errorf("name the target of %s/%s: %w", app.Namespace, app.Name, err)
	}
	sum := sha256.Sum256(raw)
	return target{id: hex.EncodeToString(sum[:16]), sources: sources, revisions: revisions}, nil
}

// checkSources says what this agent cannot deliver, before anything is fetched.
func checkSources(sources v1alpha1.ApplicationSources) error {
	if len(sources) == 0 {
		return fmt.Errorf("the application has no source: set spec.source or spec.sources")
	}
	for i := range sources {
		s := &sources[i]
		switch {
		case s.IsHelm():
			return fmt.Errorf("source %d: chart %s of %s: chart repositories come later; use a chart from a path in Git", i+1, s.Chart, s.RepoURL)
		case s.IsOCI():
			return fmt.Errorf("source %d: %s: OCI sources come later; use a path in Git", i+1, s.RepoURL)
		}
	}
	return nil
}

// resolve gives the commit of each source: the pin's, or the repository's own
// answer where the hub has not resolved it.
func (r *Reconciler) resolve(ctx context.Context, sources v1alpha1.ApplicationSources, pins []*deliveryv1.PinnedSource) ([]string, error) {
	revisions := make([]string, len(sources))
	for i := range sources {
		s := &sources[i]
		if i < len(pins) && pins[i].GetRepoUrl() == s.RepoURL && pins[i].GetTargetRevision() == s.TargetRevision {
			revisions[i] = pins[i].GetRevision()
		}
		if revisions[i] == "" && commit.MatchString(s.TargetRevision) {
			revisions[i] = s.TargetRevision
		}
		if revisions[i] != "" {
			continue
		}
		revision, err := r.opts.Git.Resolve(ctx, s.RepoURL, s.TargetRevision)
		if err != nil {
			return nil, fmt.Errorf("source %d: %w", i+1, err)
		}
		revisions[i] = revision
	}
	return revisions, nil
}
