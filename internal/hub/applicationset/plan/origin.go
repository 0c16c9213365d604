package plan

import (
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/guard"
)

// sameSource is true for the stored texts of two origins that differ at most in
// places that editing a list, or adding a generator, moves. Such a difference
// is not worth a write: the Applications of a whole set would be written for
// one element that was put before the others.
func sameSource(a, b string) bool {
	if a == b {
		return true
	}
	first, err := generators.ParseOrigin(a)
	if err != nil || a == "" || b == "" {
		return false
	}
	second, err := generators.ParseOrigin(b)
	return err == nil && first.Kind() == second.Kind() &&
		slices.Equal(first.Clusters(), second.Clusters()) &&
		slices.Equal(first.PullRequests(), second.PullRequests()) &&
		slices.Equal(first.Questions(), second.Questions()) &&
		slices.Equal(stableElements(first), stableElements(second))
}

func stableElements(o expand.Origin) []string {
	var out []string
	for _, e := range o.Elements() {
		if e.Stable {
			out = append(out, e.Name)
		}
	}
	return out
}

// pullRequestsOf are the pull requests of a row, for people and for the guard.
func pullRequestsOf(o expand.Origin) string { return strings.Join(o.PullRequests(), ",") }

// PullRequests are those that an Application is marked with.
func PullRequests(app *v1alpha1.Application) []string {
	if text := app.Annotations[v1alpha1.AnnotationPullRequest]; text != "" {
		return strings.Split(text, ",")
	}
	return nil
}

// PullSource is what a row derives from beside its pull requests.
func PullSource(o expand.Origin) guard.PullSource {
	return guard.PullSource{Generator: o.Kind(), Clusters: o.Clusters(), Questions: o.Questions()}
}

// OriginOf is what an Application was made of, zero if that is not known: an
// older hub may have written it.
func OriginOf(app *v1alpha1.Application) expand.Origin {
	origin, err := generators.ParseOrigin(app.Annotations[derivedFrom])
	if err != nil {
		return expand.Origin{}
	}
	return origin
}

// Protector says which Applications stay while these rows give none; nil for
// no protection at all.
func Protector(p expand.Protection, refused int) func(*v1alpha1.Application) bool {
	if refused == 0 {
		return nil
	}
	return func(app *v1alpha1.Application) bool {
		_, stays := p.Covers(app.Name, OriginOf(app))
		return stays
	}
}
