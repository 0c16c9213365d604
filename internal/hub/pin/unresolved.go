package pin

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/source"
)

// Unresolved has a line for each source or value file of an Application about
// which the last question failed: what it is, why, what runs meanwhile, and
// what to do.
func (r *Resolver) Unresolved(app *v1alpha1.Application) []string {
	var lines []string
	for _, ref := range RefsOf(app) {
		res, _ := r.Get(ref)
		if res.Err == nil {
			continue
		}
		line := res.Err.Error()
		if res.Pin.Revision != "" {
			line += fmt.Sprintf(" (staying at %s)", shortened(res.Pin.Revision))
		}
		if step := nextStep(ref, res.Err); step != "" {
			line += "; " + step
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// shortened is a revision as people read it: twelve digits of a commit.
func shortened(revision string) string {
	if len(revision) == 40 {
		return revision[:12]
	}
	return revision
}

// nextStep is what somebody can do about an error that does not say it itself.
func nextStep(ref Ref, err error) string {
	switch {
	case errors.Is(err, source.ErrUnavailable):
		return "it is asked again by itself"
	case errors.Is(err, source.ErrDenied):
		return "give the hub a credential for it"
	case !errors.Is(err, source.ErrNotFound):
		return ""
	case ref.Kind == source.KindFile:
		return "put the file there, or correct the value file's URL"
	case ref.Chart != "":
		return "publish it, or correct repoURL, chart or targetRevision"
	}
	return "push it, or correct repoURL or targetRevision"
}

// asking is how many questions one call of AskFor has open.
const asking = 8

// AskFor asks now what the sources and value files of Applications mean. With
// accept, a version that was published anew is followed. Errors are told by
// Unresolved.
func (r *Resolver) AskFor(ctx context.Context, accept bool, apps ...*v1alpha1.Application) {
	seen := map[Ref]bool{}
	var group errgroup.Group
	group.SetLimit(asking)
	for _, app := range apps {
		for _, ref := range RefsOf(app) {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			if accept {
				r.accept(ref)
			}
			group.Go(func() error {
				r.Refresh(ctx, ref)
				return nil
			})
		}
	}
	_ = group.Wait()
}

// accept lets the next question about ref follow a version that was published
// anew.
func (r *Resolver) accept(ref Ref) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepting[ref] = true
}
