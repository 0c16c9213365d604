package webhook

import (
	"crypto/sha256"
	"time"

	lru "k8s.io/apimachinery/pkg/util/cache"
)

const (
	// remember is how long a delivery is known, and remembered how many are.
	remember   = time.Hour
	remembered = 8192
)

// seen knows the hooks that were taken. One is a duplicate if its delivery ID
// came with the same body before, or if its body is the last that was taken
// for its repository: IDs are not signed, so a replayed hook may carry a new
// one. An older body may come again in earnest, when a branch is moved there
// and back.
type seen struct{ known *lru.LRUExpireCache }

func newSeen(now func() time.Time) *seen {
	return &seen{lru.NewLRUExpireCacheWithClock(remembered, clock(now))}
}

type clock func() time.Time

func (c clock) Now() time.Time { return c() }

type digest [sha256.Size]byte

type delivery struct {
	id   string
	body digest
}

// again is true for a duplicate.
func (s *seen) again(subject, id string, body digest) bool {
	if _, ok := s.known.Get(delivery{id, body}); ok && id != "" {
		return true
	}
	last, ok := s.known.Get("last " + subject)
	return ok && last == body
}

// took remembers a hook that was taken.
func (s *seen) took(subject, id string, body digest) {
	if id != "" {
		s.known.Add(delivery{id, body}, struct{}{}, remember)
	}
	s.known.Add("last "+subject, body, remember)
}
