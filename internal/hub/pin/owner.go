package pin

import (
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
)

// owner is what one Pin stands for.
type owner struct {
	Namespace string
	// Set is the ApplicationSet's name; empty for single Applications.
	Set string
	// Ref is what single Applications share; zero for a set.
	Ref Ref
}

// ownerPrefix keeps the Resolver's owners of this loop apart from others'.
const ownerPrefix = "pin\x00"

func (o owner) key() string {
	return ownerPrefix + strings.Join([]string{o.Namespace, o.Set, o.Ref.RepoURL, o.Ref.Revision}, "\x00")
}

func ownerOfKey(key string) (owner, bool) {
	rest, ok := strings.CutPrefix(key, ownerPrefix)
	parts := strings.Split(rest, "\x00")
	if !ok || len(parts) != 4 {
		return owner{}, false
	}
	return owner{Namespace: parts[0], Set: parts[1], Ref: Ref{parts[2], parts[3]}}, true
}

func (o owner) pinName() string {
	if o.Set != "" {
		return fleet.SetPinName(o.Set)
	}
	return fleet.RevisionPinName(o.Ref.RepoURL, "", o.Ref.Revision)
}

// ownersOf says which Pins an Application follows: its set's, or one for each
// of its sources. One that is being deleted with its workloads follows them
// until it is gone: the deletion may be held, and it is delivered meanwhile.
func ownersOf(app *v1alpha1.Application) []owner {
	if !app.DeletionTimestamp.IsZero() && !app.CascadedDeletion() {
		return nil
	}
	if set := v1alpha1.OwningSet(app); set != "" {
		return []owner{{Namespace: app.Namespace, Set: set}}
	}
	var out []owner
	for _, ref := range refsOf(app) {
		out = append(out, owner{Namespace: app.Namespace, Ref: ref})
	}
	return out
}

// refsOf lists the Git revisions of an Application's sources.
func refsOf(app *v1alpha1.Application) []Ref {
	var out []Ref
	for _, s := range app.Spec.GetSources() {
		if s.Chart == "" && s.RepoURL != "" {
			out = append(out, Ref{s.RepoURL, s.TargetRevision})
		}
	}
	return out
}

// ownerIndex indexes Applications by the Pins they follow.
const ownerIndex = "fairlead.dev/pin-owner"

func indexOwners(o client.Object) []string {
	var keys []string
	for _, ow := range ownersOf(o.(*v1alpha1.Application)) {
		keys = append(keys, ow.key())
	}
	return keys
}
