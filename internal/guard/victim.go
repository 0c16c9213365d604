package guard

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Victim is an Application that is to be deleted.
type Victim struct {
	Name, UID string
	// Cluster that it is delivered to.
	Cluster string
	// Server is its destination's, "" if it is named otherwise.
	Server string
	// Likeness is equal for two Applications that differ in their cluster only;
	// see LikenessOf. Empty matches nothing.
	Likeness string
	// PullRequests that its row came from, each as REPOSITORY#NUMBER. Once one
	// of them is closed, the victim is let go and not counted.
	PullRequests []string
	// From is what else the row came from; without questions in it no pull
	// request of the victim is known to have closed.
	From PullSource
	// Cause is why the victim may go. Judge fills it in.
	Cause v1alpha1.DeletionCause
	// RenamedTo is the cluster that seems to be Cluster under a new name; see
	// Rename.
	RenamedTo string
}

// Gain is an Application that is to be created.
type Gain struct {
	Name, Cluster, Server, Likeness string
}

// Digest names exactly these victims of one scope (a set's UID), in any order:
// 16 hexadecimal digits.
func Digest(scope string, victims []Victim) string {
	h := sha256.New()
	write := func(s string) { h.Write([]byte(s)); h.Write([]byte{0}) }
	write(scope)
	for _, v := range sorted(victims) {
		write(v.Name)
		write(v.UID)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// DigestOf names one Application: what approves its deletion where it is judged
// alone.
func DigestOf(app *v1alpha1.Application) string {
	return Digest(string(app.UID), []Victim{{Name: app.Namespace + "/" + app.Name, UID: string(app.UID)}})
}

// sorted returns the victims by name, then UID.
func sorted(victims []Victim) []Victim {
	out := slices.Clone(victims)
	slices.SortFunc(out, func(a, b Victim) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.UID, b.UID)) })
	return out
}

// ClusterOf names the cluster of an Application: where it is delivered, else
// what its destination says.
func ClusterOf(app *v1alpha1.Application) string {
	if d := app.Status.Delivery; d != nil && d.Cluster != "" {
		return d.Cluster
	}
	return cmp.Or(app.Spec.Destination.Name, app.Spec.Destination.Server)
}
