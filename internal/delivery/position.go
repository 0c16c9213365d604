package delivery

import (
	"cmp"
	"fmt"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Position orders what hubs have said: by epoch, then by generation.
type Position struct {
	// Epoch rises when a hub was restored or replaced.
	Epoch uint64
	// Generation rises with every change within an epoch.
	Generation uint64
}

// PositionOf reads a position from the wire; nil is the lowest one.
func PositionOf(p *deliveryv1.Position) Position {
	return Position{Epoch: p.GetEpoch(), Generation: p.GetGeneration()}
}

// Message is the position as it goes over the wire.
func (p Position) Message() *deliveryv1.Position {
	return &deliveryv1.Position{Epoch: p.Epoch, Generation: p.Generation}
}

// Compare is -1 if p is lower than q, 0 if equal, 1 if higher.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Epoch, q.Epoch), cmp.Compare(p.Generation, q.Generation))
}

// Max is the higher of the two.
func (p Position) Max(q Position) Position {
	if p.Compare(q) < 0 {
		return q
	}
	return p
}

// String is EPOCH.GENERATION.
func (p Position) String() string { return fmt.Sprintf("%d.%d", p.Epoch, p.Generation) }
