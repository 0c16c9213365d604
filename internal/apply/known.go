package apply

import "github.com/fairlead/fairlead/api/v1alpha1"

// Applied remembers that an object was found, or made, as wanted.
type Applied struct {
	// Digest of the wanted object ([Digest]).
	Digest string
	// Signature of the live object at that moment ([Signature]).
	Signature string
}

// Observed is what a watch shows of a live object.
type Observed struct {
	UID       string
	Signature string
	Health    v1alpha1.HealthStatus
	// Generation of the spec; 0 for kinds without.
	Generation int64
	// HealthIgnored: the object asks that its health not count.
	HealthIgnored bool
	// ExtraIgnored: see Item.
	ExtraIgnored bool
}

// Known spares requests. An object whose wanted digest and live signature are
// both those of the last time needs neither a comparison nor an apply. The
// zero value knows nothing, which is always correct.
type Known struct {
	// Applied by reference, as the last results gave it.
	Applied map[Ref]Applied
	// Observe looks an object up in the caller's watches. Nil, or false: the
	// engine reads the object instead.
	Observe func(Ref) (Observed, bool)
}

// unchanged tells whether the object is known to be live as wanted, from
// watches alone.
func (k Known) unchanged(ref Ref, digest string) (Observed, bool) {
	if k.Observe == nil || !k.wanted(ref, digest) {
		return Observed{}, false
	}
	seen, ok := k.Observe(ref)
	if !ok || seen.Signature != k.Applied[ref].Signature {
		return Observed{}, false
	}
	return seen, true
}

// wanted tells whether the last apply had the same digest.
func (k Known) wanted(ref Ref, digest string) bool {
	last, ok := k.Applied[ref]
	return ok && last.Digest == digest && last.Signature != ""
}
