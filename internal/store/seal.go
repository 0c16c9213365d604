package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// KeySize is the length of a sealing key, in bytes.
const KeySize = 32

// A stored value begins with one byte that says how the rest is protected.
const (
	checked byte = 1 // SHA-256 of bucket, key and value; then the value
	sealed  byte = 2 // nonce; then the value under AES-256-GCM
)

// errDamaged is a value that is not what was put.
var errDamaged = errors.New("value is damaged")

// Sealer encrypts and authenticates values (AES-256-GCM, NIST SP 800-38D, with
// random 96-bit nonces), each bound to its bucket and key. A nil Sealer writes
// a checksum only.
type Sealer struct{ aead cipher.AEAD }

// NewSealer makes a sealer from a key of KeySize bytes.
func NewSealer(key []byte) (*Sealer, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("sealing key has %d bytes, want %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("sealing key: %w", err)
	}
	return &Sealer{aead}, nil
}

// wrap protects a value for its place.
func (s *Sealer) wrap(bucket, key string, value []byte) ([]byte, error) {
	at := place(bucket, key)
	if s == nil {
		sum := checksum(at, value)
		out := make([]byte, 0, 1+len(sum)+len(value))
		return append(append(append(out, checked), sum[:]...), value...), nil
	}
	out := make([]byte, 1+s.aead.NonceSize(), 1+s.aead.NonceSize()+len(value)+s.aead.Overhead())
	out[0] = sealed
	if _, err := io.ReadFull(rand.Reader, out[1:]); err != nil {
		return nil, fmt.Errorf("seal %s/%s: %w", bucket, key, err)
	}
	return s.aead.Seal(out, out[1:], value, at), nil
}

// unwrap returns a copy of the value, or errDamaged. With a sealer, a value that
// is not sealed is damaged as well: nobody may slip one in.
func (s *Sealer) unwrap(bucket, key string, stored []byte) ([]byte, error) {
	at := place(bucket, key)
	switch {
	case len(stored) == 0:
		return nil, errDamaged
	case s == nil && stored[0] == checked && len(stored) > sha256.Size:
		sum, value := stored[1:1+sha256.Size], stored[1+sha256.Size:]
		want := checksum(at, value)
		if subtle.ConstantTimeCompare(sum, want[:]) != 1 {
			return nil, errDamaged
		}
		return append([]byte{}, value...), nil
	case s != nil && stored[0] == sealed && len(stored) > s.aead.NonceSize():
		nonce := stored[1 : 1+s.aead.NonceSize()]
		value, err := s.aead.Open([]byte{}, nonce, stored[1+len(nonce):], at)
		if err != nil {
			return nil, errDamaged
		}
		return value, nil
	default:
		return nil, errDamaged
	}
}

// place is the bucket and the key, so that no two places read alike.
func place(bucket, key string) []byte {
	at := binary.BigEndian.AppendUint64(nil, uint64(len(bucket)))
	return append(append(at, bucket...), key...)
}

func checksum(at, value []byte) [sha256.Size]byte {
	h := sha256.New()
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(at)))
	h.Write(n[:])
	h.Write(at)
	h.Write(value)
	return [sha256.Size]byte(h.Sum(nil))
}
