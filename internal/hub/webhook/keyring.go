package webhook

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/internal/hub/webhook/payload"
)

// keyring remembers the keys of addresses: thousands of Applications share a
// few.
type keyring map[string]string

// names is true if the address is the repository's.
func (k keyring) names(address string, r payload.Repository) bool {
	key, ok := k[address]
	if !ok {
		key = payload.Key(address)
		k[address] = key
	}
	return key != "" && slices.Contains(r.Keys, key)
}

func compare(a1, b1, a2, b2 string) int { return cmp.Or(cmp.Compare(a1, b1), cmp.Compare(a2, b2)) }
