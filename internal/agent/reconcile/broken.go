package reconcile

import (
	"context"
	"errors"
	"time"

	"github.com/fairlead/fairlead/internal/source"
)

// Pauses before a source that could not be read is tried again.
const (
	sourceRetryFirst = 2 * time.Second
	sourceRetryMax   = time.Minute
)

// broken remembers that a target cannot be had, so that drift does not fetch
// and render it again and again.
type broken struct {
	// target, "" where not even its revisions could be found.
	target  string
	message string
	// tries so far.
	tries int
	// retry is when to try again; zero: not before the target changes.
	retry time.Time
}

// holds tells whether the target is still to be left alone. It is nil-safe.
func (b *broken) holds(target string, now time.Time) bool {
	return b != nil && b.target == target && (b.retry.IsZero() || now.Before(b.retry))
}

// next failure of a target: it is tried again soon if what failed may mend
// itself, and not before something changes if its content is at fault.
func (b *broken) next(target string, err error, now time.Time) *broken {
	n := &broken{target: target, message: err.Error()}
	if b != nil && b.target == target {
		n.tries = b.tries + 1
	}
	if passing(err) {
		n.retry = now.Add(min(sourceRetryMax, sourceRetryFirst<<min(n.tries, 10)))
	}
	return n
}

// errLocal is a failure of this machine or cluster, not of the content.
var errLocal = errors.New("cannot render now")

// passing tells what may mend itself from what only another commit mends.
func passing(err error) bool {
	for _, kind := range []error{source.ErrUnavailable, source.ErrNotFound, source.ErrDenied, source.ErrChanged, context.DeadlineExceeded, errLocal} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}
