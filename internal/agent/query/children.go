package query

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/internal/apply"
)

const (
	// pageSize of a list, in objects.
	pageSize = 500
	// maxListed bounds the objects whose metadata are read for one tree.
	maxListed = 50_000
	// maxNamespaces bounds where they are looked for.
	maxNamespaces = 20
	// listsAtOnce is how many lists run at a time.
	listsAtOnce = 4
)

// firstKinds are what workloads and services own most often: they are looked
// at before the bound is reached.
var firstKinds = []string{"ReplicaSet", "Pod", "Job", "ControllerRevision", "EndpointSlice", "PersistentVolumeClaim"}

// never lists what owns nothing of interest and there is a lot of.
func never(k apply.ServedKind) bool {
	kind := k.GroupVersionKind.Kind
	return kind == "Event" || k.Group == "coordination.k8s.io" || k.Group == "metrics.k8s.io" || k.Group == "" && kind == "Endpoints"
}

// child is an object that names its owners.
type child struct {
	ref     apply.Ref
	uid     types.UID
	created time.Time
}

// children by the UID of their owner, of every kind that may be listed in
// these namespaces, by metadata alone.
func (s *Service) children(ctx context.Context, namespaces []string) (byOwner map[types.UID][]child, notes []string) {
	kinds, err := s.engine.Kinds().Listed(ctx)
	if err != nil {
		return nil, []string{"what the objects own is not shown: " + err.Error()}
	}
	kinds = slices.DeleteFunc(kinds, never)
	slices.SortStableFunc(kinds, func(a, b apply.ServedKind) int { return turn(a) - turn(b) })
	if len(namespaces) > maxNamespaces {
		notes = append(notes, fmt.Sprintf("what the objects own is shown in %d of %d namespaces", maxNamespaces, len(namespaces)))
		namespaces = namespaces[:maxNamespaces]
	}
	l := &listing{byOwner: map[types.UID][]child{}, room: maxListed}
	slots := make(chan struct{}, listsAtOnce)
	var all sync.WaitGroup
	for _, kind := range kinds {
		for _, namespace := range namespaces {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				if err := s.list(ctx, kind, namespace, l); err != nil && ctx.Err() == nil {
					l.note(kind, namespace, err)
				}
			})
		}
	}
	all.Wait()
	slices.Sort(l.notes)
	return l.byOwner, append(notes, l.notes...)
}

func turn(k apply.ServedKind) int {
	if at := slices.Index(firstKinds, k.GroupVersionKind.Kind); at >= 0 {
		return at
	}
	return len(firstKinds)
}

// listing gathers what many lists find.
type listing struct {
	mu      sync.Mutex
	byOwner map[types.UID][]child
	notes   []string
	room    int
	full    bool
}

// list one kind in one namespace, page by page.
func (s *Service) list(ctx context.Context, kind apply.ServedKind, namespace string, l *listing) error {
	opts := metav1.ListOptions{Limit: pageSize}
	for {
		page, err := s.metadata.Resource(kind.Resource).Namespace(namespace).List(ctx, opts)
		if err != nil {
			return err
		}
		if !l.add(kind, page.Items) {
			return nil
		}
		if opts.Continue = page.Continue; opts.Continue == "" {
			return nil
		}
	}
}

// add a page; false when no more is taken.
func (l *listing) add(kind apply.ServedKind, items []metav1.PartialObjectMetadata) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range items {
		if l.room--; l.room < 0 {
			if !l.full {
				l.full = true
				l.notes = append(l.notes, fmt.Sprintf("the namespaces hold more than %d objects: what is owned may be shown in part", maxListed))
			}
			return false
		}
		item := &items[i]
		if owner := ownerOf(item.OwnerReferences); owner != "" {
			l.byOwner[owner] = append(l.byOwner[owner], child{
				ref: apply.Ref{Group: kind.Group, Version: kind.Version, Kind: kind.GroupVersionKind.Kind, Namespace: item.Namespace, Name: item.Name},
				uid: item.UID, created: item.CreationTimestamp.Time,
			})
		}
	}
	return true
}

// ownerOf is the controller, else the first owner; "" for none.
func ownerOf(refs []metav1.OwnerReference) types.UID {
	for _, r := range refs {
		if r.Controller != nil && *r.Controller {
			return r.UID
		}
	}
	if len(refs) > 0 {
		return refs[0].UID
	}
	return ""
}

func (l *listing) note(kind apply.ServedKind, namespace string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	why := err.Error()
	switch {
	case apierrors.IsNotFound(err), apierrors.IsMethodNotSupported(err):
		return // gone since, or never to be listed
	case apierrors.IsForbidden(err):
		why = "the agent may not list them"
	}
	l.notes = append(l.notes, fmt.Sprintf("%s in %s are not shown: %s", kind.Resource.GroupResource(), namespace, why))
}
