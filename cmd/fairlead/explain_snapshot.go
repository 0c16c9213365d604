package main

import (
	"context"
	"sync"

	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/inputs"
)

// snapshot asks Git once per revision, so that all expansions of a command see
// the same commits.
type snapshot struct {
	inputs.Git
	commits sync.Map // [2]string of URL and revision to commit
}

// Resolve remembers what it was told.
func (s *snapshot) Resolve(ctx context.Context, repoURL, revision string) (string, error) {
	key := [2]string{repoURL, revision}
	if commit, ok := s.commits.Load(key); ok {
		return commit.(string), nil
	}
	commit, err := s.Git.Resolve(ctx, repoURL, revision)
	if err == nil {
		s.commits.Store(key, commit)
	}
	return commit, err
}

// answered asks each question once.
type answered struct {
	inputs.Answerer
	answers sync.Map // generators.Question to *generators.Answer
}

// Answer remembers what it was told.
func (a *answered) Answer(ctx context.Context, q generators.Question) (*generators.Answer, error) {
	if answer, ok := a.answers.Load(q); ok {
		return answer.(*generators.Answer), nil
	}
	answer, err := a.Answerer.Answer(ctx, q)
	if err == nil {
		a.answers.Store(q, answer)
	}
	return answer, err
}
