package identity

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"fmt"
)

// Pin is the SHA-256 of a CA's SubjectPublicKeyInfo (RFC 7469, section 2.4).
// It survives a CA certificate that is renewed over the same key.
type Pin [sha256.Size]byte

// PinOf returns the pin of a CA certificate.
func PinOf(ca *x509.Certificate) Pin { return sha256.Sum256(ca.RawSubjectPublicKeyInfo) }

// Matches says whether the pin is that of the certificate's key.
func (p Pin) Matches(ca *x509.Certificate) bool {
	q := PinOf(ca)
	return subtle.ConstantTimeCompare(p[:], q[:]) == 1
}

// String is the pin in unpadded base64url.
func (p Pin) String() string { return base64.RawURLEncoding.EncodeToString(p[:]) }

// ParsePin reads what String wrote.
func ParsePin(s string) (Pin, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(raw) != sha256.Size {
		return Pin{}, fmt.Errorf("pin %q is not a SHA-256 in base64url", s)
	}
	return Pin(raw), nil
}
