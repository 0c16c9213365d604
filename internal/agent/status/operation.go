package status

import (
	"slices"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/apply"
)

// Results of a sync, object by object, in order of work.
func Results(items []apply.ItemResult) v1alpha1.ResourceResults {
	out := make(v1alpha1.ResourceResults, 0, len(items))
	for _, item := range items {
		out = append(out, &v1alpha1.ResourceResult{
			Group: item.Group, Version: item.Version, Kind: item.Kind, Namespace: item.Namespace, Name: item.Name,
			Status: v1alpha1.ResultCode(item.Outcome), Message: Shorten(item.Message),
			HookType: item.Hook, HookPhase: phaseOf(item), SyncPhase: syncPhase(item.Hook),
		})
	}
	return out
}

// syncPhase in which an object was applied: a hook's own, else Sync.
func syncPhase(hook v1alpha1.HookType) v1alpha1.SyncPhase {
	if hook == "" {
		return v1alpha1.SyncPhaseSync
	}
	return v1alpha1.SyncPhase(hook)
}

// phaseOf one object in a sync: it runs until it is healthy, or has no health
// to wait for.
func phaseOf(item apply.ItemResult) v1alpha1.OperationPhase {
	switch {
	case item.Outcome == apply.SyncFailed, item.Outcome == apply.Synced && item.Health.Status == v1alpha1.HealthStatusDegraded:
		return v1alpha1.OperationFailed
	case item.Outcome == apply.Synced && item.Health.Status != "" && item.Health.Status != v1alpha1.HealthStatusHealthy:
		return v1alpha1.OperationRunning
	}
	return v1alpha1.OperationSucceeded
}

// Amend results by later ones, object by object and phase by phase; what is new
// comes last.
func Amend(results, later v1alpha1.ResourceResults) v1alpha1.ResourceResults {
	out := slices.Clone(results)
	for _, l := range later {
		i := slices.IndexFunc(out, func(r *v1alpha1.ResourceResult) bool {
			return r.Group == l.Group && r.Kind == l.Kind && r.Namespace == l.Namespace && r.Name == l.Name && r.SyncPhase == l.SyncPhase
		})
		if i >= 0 {
			out[i] = l
		} else {
			out = append(out, l)
		}
	}
	return out
}

// Synced is a sync that succeeded, for the history.
type Synced struct {
	Spec        v1alpha1.ApplicationSpec
	Revisions   []string
	Pinned      Pinned
	StartedAt   time.Time
	FinishedAt  time.Time
	InitiatedBy v1alpha1.OperationInitiator
}

// Pinned is content beside that of commits, as the hub knew it by digest.
type Pinned struct {
	// Digests, one per source, "" for Git; none at all where all are.
	Digests []string
	Files   []v1alpha1.RevisionFile
}

// History with one more entry, oldest first, at most as many as the spec
// keeps. IDs rise and are never used again.
func History(h v1alpha1.RevisionHistories, s Synced) v1alpha1.RevisionHistories {
	started := At(s.StartedAt)
	entry := v1alpha1.RevisionHistory{
		DeployedAt: At(s.FinishedAt), DeployStartedAt: &started, InitiatedBy: s.InitiatedBy,
		Digests: s.Pinned.Digests, Files: s.Pinned.Files,
	}
	if len(h) > 0 {
		entry.ID = h[len(h)-1].ID + 1
	}
	if s.Spec.HasMultipleSources() {
		entry.Sources, entry.Revisions = s.Spec.GetSources(), s.Revisions
	} else {
		entry.Source = s.Spec.GetSource()
		if len(s.Revisions) > 0 {
			entry.Revision = s.Revisions[0]
		}
	}
	out := append(slices.Clone(h), entry)
	if limit := max(0, s.Spec.GetRevisionHistoryLimit()); len(out) > limit {
		out = out[len(out)-limit:]
	}
	return out
}
