package clusters

import (
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Resolve finds the cluster that a destination means, by name or by server,
// exactly one of which must be given. A server that stands for several
// clusters means the first by name, as ByServer does. Errors say what to do.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
func (inv *Inventory) Resolve(d v1alpha1.ApplicationDestination) (*Cluster, error) {
	switch {
	case d.Name != "" && d.Server != "":
		return nil, fmt.Errorf("destination has both name %q and server %q: keep one of them", d.Name, d.Server)
	case d.Name != "":
		if c, ok := inv.ByName(d.Name); ok {
			return c, nil
		}
		return nil, fmt.Errorf("destination.name: the fleet has no cluster %q; add it with: fairlead cluster add %s", d.Name, d.Name)
	case d.Server != "":
		if c, ok := inv.ByServer(d.Server); ok {
			return c, nil
		}
		return nil, fmt.Errorf("destination.server: no cluster of the fleet has server %q; see: fairlead cluster list", d.Server)
	default:
		return nil, errors.New("destination names no cluster: set destination.name or destination.server")
	}
}
