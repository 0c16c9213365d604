package forge

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	// unknownWait is kept where a provider refuses without saying for how
	// long: GitHub's documentation asks for a minute.
	unknownWait = time.Minute
	longestWait = 24 * time.Hour
)

// rateLimit says whether an answer refuses because too much was asked, and how
// long the provider wants to be left alone.
//
// GitHub: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api.
// GitLab: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/.
// Azure DevOps: https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rate-limits.
func rateLimit(resp *http.Response, body []byte, now time.Time) (time.Duration, bool) {
	h := resp.Header
	exhausted := h.Get("X-RateLimit-Remaining") == "0" || h.Get("RateLimit-Remaining") == "0"
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
	case http.StatusServiceUnavailable:
		if h.Get("Retry-After") == "" {
			return 0, false
		}
	case http.StatusForbidden:
		if !exhausted && h.Get("Retry-After") == "" && !bytes.Contains(body, []byte("secondary rate limit")) {
			return 0, false
		}
	default:
		return 0, false
	}
	wait := unknownWait
	if after, ok := retryAfter(h.Get("Retry-After"), now); ok {
		wait = after
	} else if reset, ok := resetAt(h, now); ok {
		wait = reset
	}
	return min(max(wait, 0), longestWait), true
}

// retryAfter reads RFC 9110's header: seconds or a date.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.ParseInt(value, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(now), true
	}
	return 0, false
}

// resetAt reads when a limit is lifted: a Unix time in seconds, or seconds from
// now.
func resetAt(h http.Header, now time.Time) (time.Duration, bool) {
	for _, name := range []string{"X-RateLimit-Reset", "RateLimit-Reset"} {
		value, err := strconv.ParseInt(h.Get(name), 10, 64)
		if err != nil {
			continue
		}
		if value > 1e9 {
			return time.Unix(min(value, 1e11), 0).Sub(now), true
		}
		return time.Duration(value) * time.Second, true
	}
	return 0, false
}

// Gate remembers, per provider and credential, until when not to ask. Several
// connections share one.
type Gate struct {
	mu    sync.Mutex
	until map[[sha256.Size]byte]time.Time
}

// NewGate makes one that is open to all.
func NewGate() *Gate { return &Gate{until: map[[sha256.Size]byte]time.Time{}} }

func (g *Gate) check(key [sha256.Size]byte, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if left := g.until[key].Sub(now); left > 0 {
		return &Limited{after: left}
	}
	delete(g.until, key)
	return nil
}

// note shuts the gate if err is a rate limit.
func (g *Gate) note(key [sha256.Size]byte, err error, now time.Time) {
	var limit *Limited
	if !errors.As(err, &limit) {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := now.Add(limit.after); g.until[key].Before(until) {
		g.until[key] = until
	}
}

// key is the provider's host and who asks, hashed.
func (c *Conn) key() [sha256.Size]byte {
	return sha256.Sum256([]byte(c.api.Host + "\x00" + c.credential.owner))
}
