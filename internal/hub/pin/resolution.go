package pin

import (
	"fmt"
	"net/url"
	"time"

	"github.com/fairlead/fairlead/internal/source"
)

// Resolution is the last known meaning of a Ref.
type Resolution struct {
	// Pin is the last good answer; its Revision is empty if there has never
	// been one.
	Pin source.Pin
	// Since is when Pin became the answer.
	Since time.Time
	// Err is why the last attempt failed, or was not followed; nil if it
	// succeeded.
	Err error
	// accepted: a person asked to follow Pin although its version had had
	// another content.
	accepted bool
}

// after is what is known when the question has brought pin or err.
//
// A version of a chart that was published anew with another content is not
// followed, as in Argo CD, whose charts stay in its cache: what was tested is
// what runs, on clusters that join later too. accept follows it, which is what
// Argo CD's hard refresh does.
func (r Resolution) after(pin source.Pin, err error, accept bool, now time.Time) Resolution {
	next := Resolution{Pin: r.Pin, Since: r.Since, accepted: r.accepted, Err: err}
	if err != nil {
		return next
	}
	pin.Location = lasting(pin.Location)
	switch {
	case !accept && republished(r.Pin, pin):
		next.Err = errRepublished(r.Pin, pin)
	case !same(r.Pin, pin):
		next.Pin, next.Since, next.accepted = pin, now, accept
	}
	return next
}

// same tells whether two pins are fetched alike.
func same(a, b source.Pin) bool {
	return a.Revision == b.Revision && a.Digest == b.Digest && a.Location == b.Location
}

// republished tells whether two pins are one version of a chart with two
// contents. A tag that is no version ("latest") is made to move.
func republished(was, now source.Pin) bool {
	chart := now.Spec.Kind == source.KindHelm || now.Spec.Kind == source.KindOCIChart
	return chart && source.IsVersion(now.Revision) && was.Revision == now.Revision &&
		was.Digest != "" && now.Digest != "" && was.Digest != now.Digest
}

func errRepublished(was, now source.Pin) error {
	return fmt.Errorf("chart %s %s of %s was published anew as %s and is not followed: publish another version, or take this one with a hard refresh (annotation argocd.argoproj.io/refresh: hard); pinned is %s: %w",
		now.Spec.Chart, now.Revision, source.ShownURL(now.Spec.RepoURL), now.Digest, was.Digest, source.ErrChanged)
}

// lasting is the location of an archive, or nothing where it holds what only
// serves once or nobody else may know: then agents ask the index.
func lasting(location string) string {
	u, err := url.Parse(location)
	if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return ""
	}
	return location
}
