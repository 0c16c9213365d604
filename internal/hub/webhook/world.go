package webhook

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// World is what the hub serves, as far as hooks may concern it: the generators
// of sets and the sources of Applications.
type World struct {
	reader client.Reader

	mu   sync.Mutex
	sets map[types.NamespacedName]decoded
}

// decoded is a set as it was read at one version.
type decoded struct {
	version string
	leaves  []leaf
}

// NewWorld reads through a cache.
func NewWorld(cache client.Reader) *World {
	return &World{reader: cache, sets: map[types.NamespacedName]decoded{}}
}

// Ref is a revision of a repository, as somebody wrote it.
type Ref struct {
	RepoURL  string
	Revision string
}

// follower is somebody who follows a revision; both may have template actions
// in them.
type follower struct {
	Ref
	cares cares
}

// touched is true if the move may concern the follower.
func (f follower) touched(m payload.Move) bool { return m.All || f.cares(m.Paths) }

// Plan is what follows from an event, sorted.
type Plan struct {
	// Ask what these mean now.
	Ask []Ref
	// Wake these sets.
	Wake []types.NamespacedName
}

// Plan says what follows from an event, given the revisions that are kept
// fresh. Nothing is asked whose path filters all say that it is of no concern.
func (w *World) Plan(ctx context.Context, e payload.Event, followed []Ref) (Plan, error) {
	var plan Plan
	sets, err := w.leaves(ctx)
	if err != nil {
		return plan, err
	}
	for key, leaves := range sets {
		if slices.ContainsFunc(leaves, func(l leaf) bool { return wakes(l, key.Namespace, e) }) {
			plan.Wake = append(plan.Wake, key)
		}
	}
	slices.SortFunc(plan.Wake, func(a, b types.NamespacedName) int { return compare(a.Namespace, b.Namespace, a.Name, b.Name) })
	touched := touchedBy(e, followed)
	if len(touched) == 0 {
		return plan, nil
	}
	followers, err := w.followers(ctx, sets)
	if err != nil {
		return plan, err
	}
	for _, ref := range touched {
		if cared(ref, e, followers) {
			plan.Ask = append(plan.Ask, ref)
		}
	}
	slices.SortFunc(plan.Ask, func(a, b Ref) int { return compare(a.RepoURL, b.RepoURL, a.Revision, b.Revision) })
	return plan, nil
}

// Concerns is true if a Plan could have something in it, whatever the
// revisions are that are kept fresh: only the leader knows these. When in
// doubt it is true.
func (w *World) Concerns(ctx context.Context, e payload.Event) bool {
	sets, err := w.leaves(ctx)
	if err != nil {
		return true
	}
	for key, leaves := range sets {
		if slices.ContainsFunc(leaves, func(l leaf) bool { return wakes(l, key.Namespace, e) }) {
			return true
		}
	}
	followers, err := w.followers(ctx, sets)
	if err != nil {
		return true
	}
	keys := keyring{}
	return slices.ContainsFunc(followers, func(f follower) bool {
		if !templated(f.RepoURL) && !keys.names(f.RepoURL, e.Repository) {
			return false
		}
		return slices.ContainsFunc(e.Moves, func(m payload.Move) bool {
			return (templated(f.Revision) || m.Touches(f.Revision, e.Repository.DefaultBranch)) && f.touched(m)
		})
	})
}

// wakes is true if a generator of a set in namespace asks what the event
// changes the answer to.
func wakes(l leaf, namespace string, e payload.Event) bool {
	return l.PullRequest != nil && pullRequests(l.PullRequest, e) ||
		l.SCMProvider != nil && repositories(l.SCMProvider, e) ||
		l.Plugin != nil && plugin(l.Plugin, namespace, e)
}

// touchedBy lists, once each, the refs that a move of the event touches.
func touchedBy(e payload.Event, followed []Ref) []Ref {
	keys := keyring{}
	var out []Ref
	for _, ref := range followed {
		if keys.names(ref.RepoURL, e.Repository) && len(movesOf(e, ref)) > 0 && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	return out
}

// movesOf are the moves that touch a ref of the event's repository.
func movesOf(e payload.Event, ref Ref) []payload.Move {
	var out []payload.Move
	for _, m := range e.Moves {
		if m.Touches(ref.Revision, e.Repository.DefaultBranch) {
			out = append(out, m)
		}
	}
	return out
}

// cared is true if anybody who may follow ref is concerned by a move of it, or
// if nobody is known who follows it.
func cared(ref Ref, e payload.Event, followers []follower) bool {
	moves, anybody := movesOf(e, ref), false
	for _, f := range followers {
		if !couldBe(f.RepoURL, ref.RepoURL) || !couldBe(f.Revision, ref.Revision) {
			continue
		}
		anybody = true
		if slices.ContainsFunc(moves, f.touched) {
			return true
		}
	}
	return !anybody
}

// followers lists those of sets' generators and of Applications.
func (w *World) followers(ctx context.Context, sets map[types.NamespacedName][]leaf) ([]follower, error) {
	var out []follower
	for _, leaves := range sets {
		for _, l := range leaves {
			if l.Git == nil {
				continue
			}
			f := follower{Ref{l.Git.RepoURL, l.Git.Revision}, directoryPaths(l.Git.Directories)}
			if len(l.Git.Files) > 0 {
				f.cares = filePaths(l.Git.Files)
			}
			out = append(out, f)
		}
	}
	var apps v1alpha1.ApplicationList // of the cache's own objects: read only
	if err := w.reader.List(ctx, &apps, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	for i := range apps.Items {
		app := &apps.Items[i]
		for _, s := range app.Spec.GetSources() {
			if s.Chart == "" {
				annotation := app.Annotations[v1alpha1.AnnotationKeyManifestGeneratePaths]
				out = append(out, follower{Ref{s.RepoURL, s.TargetRevision}, sourcePaths(annotation, s.Path)})
			}
		}
	}
	return out, nil
}

// leaves are the generators of every set. Only sets that changed are decoded.
func (w *World) leaves(ctx context.Context) (map[types.NamespacedName][]leaf, error) {
	list := &unstructured.UnstructuredList{}
	list.SetGroupVersionKind(v1alpha1.SchemeGroupVersion.WithKind(v1alpha1.ApplicationSetKind + "List"))
	if err := w.reader.List(ctx, list, client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list applicationsets: %w", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	known := make(map[types.NamespacedName]decoded, len(list.Items))
	out := make(map[types.NamespacedName][]leaf, len(list.Items))
	for i := range list.Items {
		o := &list.Items[i]
		key, version := client.ObjectKeyFromObject(o), string(o.GetUID())+"/"+o.GetResourceVersion()
		d := w.sets[key]
		if d.version != version {
			d = decoded{version, leavesOf(o)}
		}
		known[key], out[key] = d, d.leaves
	}
	w.sets = known
	return out, nil
}
