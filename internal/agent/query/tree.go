package query

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/agent/state"
	"github.com/fairlead/fairlead/internal/apply"
	"github.com/fairlead/fairlead/internal/delivery"
)

const (
	// maxNodes bounds an answer, and maxLooked the objects of it that are read
	// for their health; the rest are named.
	maxNodes  = 5000
	maxLooked = 1000
)

func (s *Service) tree(ctx context.Context, key string) ([]byte, error) {
	held, _ := s.state.Application(key)
	reported := held.Memory.Status
	answer := fleet.TreeAnswer{Sync: string(reported.Sync.Status), Health: string(reported.Health.Status)}
	t := &forest{engine: s.engine, looked: maxLooked, room: maxNodes}
	t.roots(ctx, held)
	if ctx.Err() == nil {
		t.children, t.notes = s.children(ctx, namespacesOf(held.Inventory))
	}
	answer.Roots = t.grow(ctx)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("read the objects of %s: %w", key, ctx.Err())
	}
	answer.Notes, answer.Truncated = t.notes, t.truncated()
	data, err := delivery.EncodeAnswer(answer)
	if errors.Is(err, delivery.ErrAnswerSize) {
		for i := range answer.Roots {
			answer.Roots[i].Children = nil
		}
		answer.Truncated = "the answer would be too large: only the application's own objects are shown"
		data, err = delivery.EncodeAnswer(answer)
	}
	return data, err
}

// namespacesOf an inventory, sorted.
func namespacesOf(inv apply.Inventory) []string {
	var out []string
	for _, e := range inv {
		if e.Namespace != "" {
			out = append(out, e.Namespace)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// forest is a tree in the making.
type forest struct {
	engine *apply.Engine
	tops   []fleet.TreeNode
	own    map[types.UID]bool
	// children by the UID of their owner.
	children map[types.UID][]child
	notes    []string
	// looked and room are what is left of the bounds.
	looked, room, left int
}

// roots are what the inventory lists, and what is wanted and not there.
func (t *forest) roots(ctx context.Context, held state.Application) {
	reported := map[apply.Ref]v1alpha1.ResourceStatus{}
	entries := slices.Clone(held.Inventory)
	for _, r := range held.Memory.Status.Resources {
		ref := apply.Ref{Group: r.Group, Version: r.Version, Kind: r.Kind, Namespace: r.Namespace, Name: r.Name}
		reported[ref.Identity()] = r
		entries = append(entries, apply.Entry{Ref: ref, Hook: r.Hook})
	}
	hooks := map[apply.Ref]bool{}
	for _, e := range held.Inventory {
		hooks[e.Identity()] = e.Hook
	}
	t.own = map[types.UID]bool{}
	for _, e := range apply.NewInventory(entries...) {
		if ctx.Err() != nil {
			return
		}
		said := reported[e.Identity()]
		n := nodeOf(e.Ref)
		n.Sync, n.Hook = string(said.Status), e.Hook || hooks[e.Identity()]
		if said.Health != nil { // as the agent judges it, by the fleet's own rules too
			n.Health, n.Message = string(said.Health.Status), said.Health.Message
		}
		t.look(ctx, e.Ref, &n)
		if n.UID != "" {
			t.own[types.UID(n.UID)] = true
		}
		t.tops = append(t.tops, n)
	}
}

func nodeOf(ref apply.Ref) fleet.TreeNode {
	return fleet.TreeNode{Group: ref.Group, Version: ref.Version, Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name}
}

// look at the live object, while the bound allows.
func (t *forest) look(ctx context.Context, ref apply.Ref, n *fleet.TreeNode) {
	if t.looked == 0 || ctx.Err() != nil {
		return
	}
	t.looked--
	live, err := t.engine.Live(ctx, ref)
	switch {
	case err != nil:
		n.Message = cmp.Or(n.Message, "cannot be read: "+err.Error())
	case live == nil:
		n.UID, n.Health = "", string(v1alpha1.HealthStatusMissing)
	default:
		describe(live, n)
	}
}

// grow the whole tree.
func (t *forest) grow(ctx context.Context) []fleet.TreeNode {
	out := []fleet.TreeNode{}
	for _, n := range t.tops {
		t.room--
		n.Children = t.below(ctx, types.UID(n.UID), map[types.UID]bool{})
		out = append(out, n)
	}
	return out
}

// below one object; above are those on the way to it, since references of
// owners may form a circle.
func (t *forest) below(ctx context.Context, uid types.UID, above map[types.UID]bool) []fleet.TreeNode {
	if uid == "" || above[uid] {
		return nil
	}
	above[uid] = true
	defer delete(above, uid)
	var out []fleet.TreeNode
	for _, c := range t.children[uid] {
		if t.own[c.uid] || above[c.uid] {
			continue
		}
		if t.room <= 0 {
			t.left++
			continue
		}
		t.room--
		n := nodeOf(c.ref)
		n.UID, n.Created = string(c.uid), &metav1.Time{Time: c.created}
		t.look(ctx, c.ref, &n)
		n.Children = t.below(ctx, c.uid, above)
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b fleet.TreeNode) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return out
}

func (t *forest) truncated() string {
	switch {
	case t.left > 0:
		return fmt.Sprintf("%d objects are shown; %d more, and what they own, are left out", maxNodes, t.left)
	case t.looked == 0:
		return fmt.Sprintf("%d objects were read; of the others only the names are shown", maxLooked)
	}
	return ""
}
