package v1alpha1

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// Finalizer is the hub's own on Applications and ApplicationSets: it gives time
// to issue a Tombstone before Kubernetes lets the object go.
const Finalizer = "fairlead.dev/delivery"

// TombstoneName is the one name that a Tombstone of this Application for this
// cluster can have, so that issuing it twice is harmless.
func TombstoneName(cluster string, app ApplicationKey) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{cluster, app.Namespace, app.Name, app.UID}, "\x00")))
	name := app.Name
	if len(name) > 200 {
		name = strings.TrimRight(name[:200], "-.")
	}
	return name + "-" + hex.EncodeToString(sum[:8])
}
