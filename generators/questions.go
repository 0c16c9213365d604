package generators

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Question is what only an edge can answer: a listing of repositories or pull
// requests, a plugin's reply, a placement decision. It holds everything that
// the answer depends on and nothing else, so equal questions are asked once.
type Question struct {
	// Kind is the generator's name: scmProvider, pullRequest, plugin or
	// clusterDecisionResource.
	Kind string
	// Namespace of the set: where the Secrets and ConfigMaps are that the
	// question names.
	Namespace string
	// Set is the name of the set for a plugin, which is told; else empty.
	Set string
	// Spec is the generator as JSON, rendered, without template, values and
	// requeueAfterSeconds.
	Spec string
}

// ID stands for the question where only its equality counts: 16 hexadecimal
// digits.
func (q Question) ID() string {
	h := sha256.New()
	for _, part := range []string{q.Kind, q.Namespace, q.Set, q.Spec} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Answer answers one question; which field depends on its kind.
type Answer struct {
	// Repositories, one per repository and branch, filters applied.
	Repositories []SCMRepository
	// PullRequests that are open, filters applied.
	PullRequests []PullRequest
	// Replies are a plugin's parameter sets.
	Replies []map[string]any
	// Decisions are the entries of the status lists of all placement objects
	// that were found, and MatchKey the entry's key that names a cluster.
	Decisions []map[string]any
	MatchKey  string
	// StatusListKey is where Decisions were found, for messages.
	StatusListKey string
}

// SCMRepository is one branch of a repository that a provider lists.
type SCMRepository struct {
	Organization string
	Repository   string
	// RepositoryID is in decimal where the provider numbers its repositories.
	RepositoryID string
	URL          string
	Branch       string
	SHA          string
	Labels       []string
}

// PullRequest is one open pull request.
type PullRequest struct {
	Number       int64
	Title        string
	Branch       string
	TargetBranch string
	HeadSHA      string
	Labels       []string
	Author       string
}

func compareQuestions(a, b Question) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace),
		cmp.Compare(a.Set, b.Set), cmp.Compare(a.Spec, b.Spec))
}

// answer looks up what a generator asks. If the inputs lack it, it asks for it
// and returns nil: the generator gives nothing yet.
func (e *Evaluator) answer(path string, q Question) *Answer {
	answer, ok := e.inputs.Answers[q]
	if !ok {
		e.missing.ask(path, q)
	}
	return answer
}

// question makes the question of a generator. What does not bear on the answer
// is left out of it, and the keys are sorted, so that generators which ask the
// same share one question.
func (e *Evaluator) question(kind string, spec any) (Question, error) {
	text, err := json.Marshal(spec)
	if err != nil {
		return Question{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var fields map[string]any
	if err := decoder.Decode(&fields); err != nil {
		return Question{}, err
	}
	for _, name := range []string{"template", "values", "requeueAfterSeconds"} {
		delete(fields, name)
	}
	if text, err = json.Marshal(fields); err != nil {
		return Question{}, fmt.Errorf("encode the question: %w", err)
	}
	return Question{Kind: kind, Namespace: e.options.Namespace, Spec: string(text)}, nil
}
