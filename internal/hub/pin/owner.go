package pin

import (
	"strconv"
	"strings"

	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source"
)

// owner is what one Pin stands for.
type owner struct {
	Namespace string
	// Set is the ApplicationSet's name; empty for all else.
	Set string
	// Ref is what single Applications share, or a value file that those of
	// sets share too; zero for a set.
	Ref Ref
}

// ownerPrefix keeps the Resolver's owners of this loop apart from others'.
const ownerPrefix = "pin\x00"

func (o owner) key() string {
	return ownerPrefix + strings.Join([]string{
		o.Namespace, o.Set, string(o.Ref.Kind), o.Ref.RepoURL, o.Ref.Chart, o.Ref.Revision, o.Ref.TagPrefix,
		strconv.FormatBool(o.Ref.PassCredentials),
	}, "\x00")
}

func ownerOfKey(key string) (owner, bool) {
	rest, ok := strings.CutPrefix(key, ownerPrefix)
	parts := strings.Split(rest, "\x00")
	if !ok || len(parts) != 8 {
		return owner{}, false
	}
	return owner{Namespace: parts[0], Set: parts[1], Ref: Ref{
		Kind: source.Kind(parts[2]), RepoURL: parts[3], Chart: parts[4], Revision: parts[5], TagPrefix: parts[6],
		PassCredentials: parts[7] == "true",
	}}, true
}

func (o owner) pinName() string {
	switch {
	case o.Set != "":
		return fleet.SetPinName(o.Set)
	case o.Ref.Kind == source.KindFile:
		return fleet.FilePinName(o.Ref.RepoURL)
	}
	return fleet.RevisionPinName(o.Ref.Requested())
}

// refs that the owner wants for the sake of one of its Applications.
func (o owner) refs(app *v1alpha1.Application) []Ref {
	if o.Set == "" {
		return []Ref{o.Ref}
	}
	return sourcesOf(app)
}

// ownersOf says which Pins an Application follows: its set's, or one for each
// of its sources; and one for each of its value files at URLs. One that is being deleted with its workloads follows them
// until it is gone: the deletion may be held, and it is delivered meanwhile.
func ownersOf(app *v1alpha1.Application) []owner {
	if !app.DeletionTimestamp.IsZero() && !app.CascadedDeletion() {
		return nil
	}
	var out []owner
	if set := v1alpha1.OwningSet(app); set != "" {
		out = append(out, owner{Namespace: app.Namespace, Set: set})
	} else {
		for _, ref := range sourcesOf(app) {
			out = append(out, owner{Namespace: app.Namespace, Ref: ref})
		}
	}
	for _, ref := range filesOf(app) {
		out = append(out, owner{Namespace: app.Namespace, Ref: ref})
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
