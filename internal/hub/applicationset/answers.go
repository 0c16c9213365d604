package applicationset

import (
	"context"
	"errors"
	"time"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/hub/applicationset/wake"
	"github.com/fairlead/fairlead/internal/inputs"
)

// refused answers nothing of Git hosts: the hub's options turn them off.
type refused struct{ inputs.Answerer }

// Answer refuses before anything leaves the hub.
func (r refused) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	if q.Kind == "scmProvider" || q.Kind == "pullRequest" {
		return nil, errors.New("this generator is turned off by the hub's option --enable-scm-providers=false")
	}
	return r.Answerer.Answer(ctx, q)
}

// Questions answers the questions of generators, from what was answered at most
// maxAge ago if there is such an answer.
type Questions interface {
	For(maxAge time.Duration) inputs.Answerer
}

// aged lets every kind of question have answers as old as the set allows.
type aged struct {
	questions Questions
	ages      map[string]time.Duration
}

// Answer asks again what is too old.
func (a aged) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	return a.questions.For(a.ages[q.Kind]).Answer(ctx, q)
}

// answerer answers a set's questions, anew if somebody asked for that.
func (r *Reconciler) answerer(set *v1alpha1.ApplicationSet, why wake.Cause) inputs.Answerer {
	if r.Questions == nil {
		return nil
	}
	out := aged{questions: r.Questions}
	if !why.Anew {
		out.ages = wake.Ages(set)
	}
	if r.Admission.NoSCMProviders {
		return refused{out}
	}
	return out
}
