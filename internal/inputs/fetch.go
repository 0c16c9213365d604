package inputs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

// outcome is what one request came to; one of the three is set.
type outcome struct {
	tree   *generators.Tree
	answer *generators.Answer
	err    error
}

// fetchAll adds everything that was requested to in: questions side by side,
// repositories one after the other beside them. All failures are reported, in
// the order of the requests, each with the generator that asked; of very many
// the first.
func fetchAll(ctx context.Context, missing []expand.Request, in expand.Inputs, p Providers, opts Options) error {
	first := slices.IndexFunc(missing, isQuestion) // repositories come before it
	if first < 0 {
		first = len(missing)
	}
	if n := len(in.Answers) + len(missing) - first; n > opts.MaxQuestions {
		return fmt.Errorf("%s: the set asks %d questions; at most %d are allowed", missing[first].Path, n, opts.MaxQuestions)
	}
	outcomes := make([]outcome, len(missing))
	var repositories sync.WaitGroup
	repositories.Go(func() {
		for i, request := range missing[:first] {
			outcomes[i].tree, outcomes[i].err = fetch(ctx, request.Repository, p.Git, opts.MaxEntries)
		}
	})
	var group errgroup.Group
	group.SetLimit(opts.Parallel)
	for i, request := range missing[first:] {
		group.Go(func() error {
			outcomes[first+i].answer, outcomes[first+i].err = ask(ctx, request.Question, p.Questions)
			return nil
		})
	}
	_ = group.Wait() // outcomes hold the errors
	repositories.Wait()
	return add(missing, outcomes, in)
}

func isQuestion(r expand.Request) bool { return r.Question != (expand.Question{}) }

func add(missing []expand.Request, outcomes []outcome, in expand.Inputs) error {
	var errs []error
	for i, request := range missing {
		o := outcomes[i]
		switch {
		case o.err != nil:
			errs = append(errs, fmt.Errorf("%s: %w", request.Path, o.err))
		case isQuestion(request):
			in.Answers[request.Question] = o.answer
		default:
			in.Repositories[request.Repository] = o.tree
		}
	}
	if more := len(errs) - maxErrors; more > 0 {
		errs = append(errs[:maxErrors], fmt.Errorf("and %d more that failed", more))
	}
	return errors.Join(errs...)
}

// maxErrors bounds the errors that are told of one round.
const maxErrors = 20

func ask(ctx context.Context, q expand.Question, to Answerer) (*generators.Answer, error) {
	if to == nil {
		return nil, errors.New("nothing here can answer this generator")
	}
	answer, err := to.Answer(ctx, q)
	if err == nil && answer == nil {
		err = errors.New("there was neither an answer nor an error")
	}
	return answer, err
}
