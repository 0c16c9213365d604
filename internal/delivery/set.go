package delivery

import (
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// Set is the desired set of one cluster at one position.
type Set struct {
	Position Position
	// Bundles, one per Application, each with its digest (see Stamp). Any order.
	Bundles []*deliveryv1.Bundle
	// Tombstones that the agent has not acknowledged. One whose key is also
	// among Bundles is withdrawn: it is not sent.
	Tombstones []*deliveryv1.Tombstone
	// Settings of the cluster; nil says nothing about them.
	Settings *deliveryv1.Settings
}

// Key names an Application on the wire: "namespace/name".
func Key(namespace, name string) string { return namespace + "/" + name }

// Digests maps the key of each bundle to its digest: what an agent that holds
// the set says in have.
func (s Set) Digests() map[string][]byte {
	digests := make(map[string][]byte, len(s.Bundles))
	for _, b := range s.Bundles {
		digests[Key(b.GetNamespace(), b.GetName())] = b.GetDigest()
	}
	return digests
}
