package delivery

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Kind is how an answer is told.
type Kind string

// The kinds of answer.
const (
	// Same: nothing to tell.
	Same Kind = "same"
	// Delta: some applications, tombstones or orphans.
	Delta Kind = "delta"
	// Full: the whole set, because nothing that the agent has is of use.
	Full Kind = "full"
)

// Answer is what an agent must be told. All lists are sorted by key.
type Answer struct {
	Kind     Kind
	Position Position
	// Upserts are the applications to take over; with Full all there are.
	Upserts []*deliveryv1.Bundle
	// Tombstones are all of the set's that are not withdrawn.
	Tombstones []*deliveryv1.Tombstone
	// Orphaned keys are held by the agent, lacking from the set and named by no
	// tombstone; only with Delta.
	Orphaned []string
}

// Diff says what an agent that has these bundle digests by key must be told so
// that it wants the set. It is pure, and equal inputs give equal answers.
func Diff(have map[string][]byte, want Set) Answer {
	a := Answer{Kind: Delta, Position: want.Position}
	desired := want.Digests()
	ended := make(map[string]bool, len(want.Tombstones))
	for _, t := range want.Tombstones {
		key := Key(t.GetNamespace(), t.GetName())
		if _, back := desired[key]; !back {
			ended[key] = true
			a.Tombstones = append(a.Tombstones, t)
		}
	}
	for _, b := range want.Bundles {
		if !bytes.Equal(have[Key(b.GetNamespace(), b.GetName())], b.GetDigest()) {
			a.Upserts = append(a.Upserts, b)
		}
	}
	for key := range have {
		if _, wanted := desired[key]; !wanted && !ended[key] {
			a.Orphaned = append(a.Orphaned, key)
		}
	}
	switch {
	case len(want.Bundles) > 0 && len(a.Upserts) == len(want.Bundles):
		// Full names the whole set, so orphans follow from it.
		a.Kind, a.Orphaned = Full, nil
	case len(a.Upserts)+len(a.Tombstones)+len(a.Orphaned) == 0:
		a.Kind = Same
	}
	slices.SortFunc(a.Upserts, func(x, y *deliveryv1.Bundle) int {
		return compareKeys(x, y)
	})
	slices.SortFunc(a.Tombstones, func(x, y *deliveryv1.Tombstone) int {
		return cmp.Or(compareKeys(x, y), cmp.Compare(x.GetUid(), y.GetUid()))
	})
	slices.Sort(a.Orphaned)
	return a
}

// named is a message about one application.
type named interface {
	GetNamespace() string
	GetName() string
}

func compareKeys(x, y named) int {
	return cmp.Compare(Key(x.GetNamespace(), x.GetName()), Key(y.GetNamespace(), y.GetName()))
}
