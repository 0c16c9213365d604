package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of the generic hook. The signature is "sha256=" and the hexadecimal
// HMAC-SHA256 of the timestamp as sent, a dot, and the body.
const (
	GenericTimestamp = "X-Fairlead-Timestamp" // seconds since 1970
	GenericSignature = "X-Fairlead-Signature-256"
	GenericDelivery  = "X-Fairlead-Delivery"
)

// skew is how far a signed timestamp may be from the hub's clock.
const skew = 5 * time.Minute

// scheme proves that a request comes from who knows the secret.
type scheme interface {
	// plausible looks at the headers alone, before the body is read. A scheme
	// that needs no body decides here.
	plausible(h http.Header) bool
	// genuine looks at the body too. Comparisons take constant time.
	genuine(h http.Header, body []byte, now time.Time) bool
}

// signed is a hexadecimal HMAC-SHA256 of the body in one of the headers, the
// first of which that is there counts.
type signed struct {
	secret  []byte
	headers []string
	prefix  string
}

func (s signed) plausible(h http.Header) bool {
	mac, err := hex.DecodeString(strings.TrimPrefix(s.header(h), s.prefix))
	return err == nil && len(mac) == sha256.Size && strings.HasPrefix(s.header(h), s.prefix)
}

func (s signed) genuine(h http.Header, body []byte, _ time.Time) bool {
	return matches(s.secret, strings.TrimPrefix(s.header(h), s.prefix), body)
}

func (s signed) header(h http.Header) string {
	for _, name := range s.headers {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}

// stamped is the generic hook's: the time is signed too, so that an old hook
// cannot be played again.
type stamped struct{ secret []byte }

func (s stamped) plausible(h http.Header) bool {
	return h.Get(GenericTimestamp) != "" && signed{headers: []string{GenericSignature}, prefix: "sha256="}.plausible(h)
}

func (s stamped) genuine(h http.Header, body []byte, now time.Time) bool {
	stamp := h.Get(GenericTimestamp)
	return matches(s.secret, strings.TrimPrefix(h.Get(GenericSignature), "sha256="), []byte(stamp), []byte("."), body) && recent(stamp, now)
}

// recent is true for a number of seconds since 1970 that is about now.
func recent(stamp string, now time.Time) bool {
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || len(stamp) > 12 {
		return false
	}
	off := now.Sub(time.Unix(seconds, 0))
	return -skew < off && off < skew
}

// standard is the signature of the Standard Webhooks specification, which
// GitLab sends for a signing token. Source: https://www.standardwebhooks.com.
type standard struct{ key []byte }

// standardPrefix begins a signing token.
const standardPrefix = "whsec_"

func (standard) plausible(h http.Header) bool {
	return h.Get("webhook-id") != "" && h.Get("webhook-timestamp") != "" && h.Get("webhook-signature") != ""
}

func (s standard) genuine(h http.Header, body []byte, now time.Time) bool {
	stamp := h.Get("webhook-timestamp")
	found := false
	for _, given := range strings.Fields(h.Get("webhook-signature")) {
		mac, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(given, "v1,"))
		if err == nil && strings.HasPrefix(given, "v1,") {
			want := sum(s.key, []byte(h.Get("webhook-id")), []byte("."), []byte(stamp), []byte("."), body)
			found = hmac.Equal(mac, want) || found
		}
	}
	return found && recent(stamp, now)
}

// token is a secret that is sent as it is.
type token struct {
	secret string
	header string
}

func (s token) plausible(h http.Header) bool { return same(h.Get(s.header), s.secret) }

func (s token) genuine(h http.Header, _ []byte, _ time.Time) bool { return s.plausible(h) }

// basic is HTTP basic authentication.
type basic struct{ user, password string }

func (s basic) plausible(h http.Header) bool {
	user, password, ok := (&http.Request{Header: h}).BasicAuth()
	user1, password1 := same(user, s.user), same(password, s.password) // both, always
	return ok && user1 && password1
}

func (s basic) genuine(h http.Header, _ []byte, _ time.Time) bool { return s.plausible(h) }

// both are two schemes that must both hold.
type both [2]scheme

func (s both) plausible(h http.Header) bool { return s[0].plausible(h) && s[1].plausible(h) }

func (s both) genuine(h http.Header, body []byte, now time.Time) bool {
	return s[0].genuine(h, body, now) && s[1].genuine(h, body, now)
}

// same compares in a time that tells neither content nor length.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func matches(secret []byte, given string, parts ...[]byte) bool {
	mac, err := hex.DecodeString(given)
	return err == nil && hmac.Equal(mac, sum(secret, parts...))
}

func sum(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}
