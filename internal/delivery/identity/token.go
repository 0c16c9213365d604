package identity

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

// SecretSize is the length of a join token's secret, in bytes.
const SecretSize = 32

// tokenVersion starts every join token, so that another form can follow.
const tokenVersion = "fl1"

// JoinToken lets one new agent in: where the hub is, how to recognise it before
// anything is said to it, and what to say.
type JoinToken struct {
	// Endpoint is the hub's delivery address: https://HOST[:PORT].
	Endpoint string
	// ID names the token at the hub.
	ID string
	// Secret proves that the bearer was given the token.
	Secret [SecretSize]byte
	// Pin is that of the fleet's CA.
	Pin Pin
}

var tokenID = regexp.MustCompile(`^[a-z0-9]{8,32}$`)

// ErrMalformed is returned for a string that is not a join token.
var ErrMalformed = errors.New("not a join token")

// Encode returns the token as one word for a command line:
//
//	fl1.BASE64URL(ENDPOINT).ID.SECRET.PIN
func (t JoinToken) Encode() string {
	return strings.Join([]string{
		tokenVersion,
		base64.RawURLEncoding.EncodeToString([]byte(t.Endpoint)),
		t.ID,
		base64.RawURLEncoding.EncodeToString(t.Secret[:]),
		t.Pin.String(),
	}, ".")
}

// Credential is the part of the token that the agent shows to the hub, once the
// pin has matched: ID.SECRET.
func (t JoinToken) Credential() string {
	return t.ID + "." + base64.RawURLEncoding.EncodeToString(t.Secret[:])
}

// String names the token without its secret, for logs.
func (t JoinToken) String() string {
	return fmt.Sprintf("join token %s for %s", t.ID, t.Endpoint)
}

// GoString is String, so that %#v shows no secret either.
func (t JoinToken) GoString() string { return t.String() }

// ParseJoinToken reads what Encode wrote. Errors never repeat the input.
func ParseJoinToken(s string) (JoinToken, error) {
	fields := strings.Split(strings.TrimSpace(s), ".")
	if len(fields) != 5 || fields[0] != tokenVersion {
		return JoinToken{}, fmt.Errorf("%w: want five fields that begin with %q; copy the whole join command", ErrMalformed, tokenVersion+".")
	}
	endpoint, err := base64.RawURLEncoding.Strict().DecodeString(fields[1])
	if err != nil {
		return JoinToken{}, fmt.Errorf("%w: its endpoint is not base64url; copy the whole join command", ErrMalformed)
	}
	if err := CheckEndpoint(string(endpoint)); err != nil {
		return JoinToken{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	id, secret, err := ParseCredential(fields[2] + "." + fields[3])
	if err != nil {
		return JoinToken{}, err
	}
	pin, err := ParsePin(fields[4])
	if err != nil {
		return JoinToken{}, fmt.Errorf("%w: its last field is cut short; copy the whole join command", ErrMalformed)
	}
	return JoinToken{Endpoint: string(endpoint), ID: id, Secret: secret, Pin: pin}, nil
}

// ParseCredential reads what Credential wrote. Errors never repeat the input.
func ParseCredential(s string) (id string, secret [SecretSize]byte, err error) {
	id, text, _ := strings.Cut(s, ".")
	if !tokenID.MatchString(id) {
		return "", secret, fmt.Errorf("%w: it has no id", ErrMalformed)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != SecretSize {
		return "", secret, fmt.Errorf("%w: its secret is not %d bytes of base64url", ErrMalformed, SecretSize)
	}
	return id, [SecretSize]byte(raw), nil
}

// CheckEndpoint refuses an address that an agent could not or must not dial:
// anything but https://HOST[:PORT], without user, path or query.
func CheckEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return errors.New("endpoint is not a URL")
	case u.Scheme != "https" || u.Hostname() == "":
		return errors.New("endpoint is not https://HOST[:PORT]")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/"):
		return errors.New("endpoint has more than https://HOST[:PORT]")
	}
	return nil
}
