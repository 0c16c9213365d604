package delivery

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// The encodings that digests are taken of. A changed encoding gets another
// name, so that an agent's old digests match nothing and it is told anew.
const (
	bundleEncoding = "fairlead.bundle.v2"
	setEncoding    = "fairlead.set.v1"
)

// BundleDigest is the SHA-256 of everything in a bundle but its digest. The
// encoding is the name of the encoding and then each field in the order of the
// message, byte strings and lists behind their length, so that no two bundles
// read alike.
func BundleDigest(b *deliveryv1.Bundle) []byte {
	e := newEncoder(bundleEncoding)
	e.text(b.GetNamespace(), b.GetName(), b.GetUid())
	e.bytes(b.GetApplication())
	e.pins(b.GetPins())
	e.pins(b.GetFiles())
	e.bytes(b.GetProject())
	if op := b.GetOperation(); op == nil {
		e.count(0)
	} else {
		e.count(1)
		e.text(op.GetId())
		e.bytes(op.GetOperation())
	}
	e.text(b.GetAbortOperation())
	return e.sum()
}

// Stamp writes the bundle's digest into it and returns it.
func Stamp(b *deliveryv1.Bundle) *deliveryv1.Bundle {
	b.Digest = BundleDigest(b)
	return b
}

// SetDigest is the SHA-256 of a map from application key to bundle digest, in
// the order of the keys.
func SetDigest(digests map[string][]byte) []byte {
	e := newEncoder(setEncoding)
	e.count(len(digests))
	for _, key := range slices.Sorted(maps.Keys(digests)) {
		e.text(key)
		e.bytes(digests[key])
	}
	return e.sum()
}

// encoder feeds length-prefixed values to a hash.
type encoder struct{ h hash.Hash }

func newEncoder(name string) encoder {
	e := encoder{sha256.New()}
	e.text(name)
	return e
}

func (e encoder) count(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	e.h.Write(b[:])
}

func (e encoder) bytes(b []byte) {
	e.count(len(b))
	e.h.Write(b)
}

func (e encoder) text(values ...string) {
	for _, v := range values {
		e.bytes([]byte(v))
	}
}

func (e encoder) pins(pins []*deliveryv1.PinnedSource) {
	e.count(len(pins))
	for _, p := range pins {
		e.text(p.GetRepoUrl(), p.GetChart(), p.GetTargetRevision(), p.GetRevision(), p.GetDigest(), p.GetLocation())
	}
}

func (e encoder) sum() []byte { return e.h.Sum(nil) }
