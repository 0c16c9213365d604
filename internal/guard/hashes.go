package guard

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"slices"
)

// short stands for a UID where many are kept.
func short(uid string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(uid)) // never fails
	return h.Sum32()
}

// pack writes hashes in order.
func pack(hashes []uint32) string {
	var raw []byte
	for _, h := range slices.Sorted(slices.Values(hashes)) {
		raw = binary.BigEndian.AppendUint32(raw, h)
	}
	return base64.RawStdEncoding.EncodeToString(raw)
}

// unpack reads what pack wrote; nothing of what is damaged.
func unpack(text string) []uint32 {
	raw, err := base64.RawStdEncoding.DecodeString(text)
	var out []uint32
	for ; err == nil && len(raw) >= 4; raw = raw[4:] {
		out = append(out, binary.BigEndian.Uint32(raw))
	}
	return out
}

// Holds returns a function that says whether a UID is among those that a
// Verdict's Holding stands for.
func Holds(holding string) func(uid string) bool {
	all := map[uint32]bool{}
	for _, h := range unpack(holding) {
		all[h] = true
	}
	return func(uid string) bool { return all[short(uid)] }
}

func holding(victims []Victim) string {
	hashes := make([]uint32, len(victims))
	for i, v := range victims {
		hashes[i] = short(v.UID)
	}
	return pack(hashes)
}
