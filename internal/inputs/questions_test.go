package inputs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
)

// counting answers with a function; a gate, if it has one, lets one question
// through at a time.
type counting struct {
	answers func(q generators.Question) (*generators.Answer, error)
	gate    chan struct{}

	mu    sync.Mutex
	asked map[string]int
	held  int
}

func (c *counting) Answer(_ context.Context, q generators.Question) (*generators.Answer, error) {
	c.note(q.Kind, 1)
	if c.gate != nil {
		<-c.gate
	}
	c.note("", -1)
	return c.answers(q)
}

func (c *counting) note(kind string, held int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held += held
	if kind == "" {
		return
	}
	if c.asked == nil {
		c.asked = map[string]int{}
	}
	c.asked[kind]++
}

func (c *counting) waiting() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.held
}

func (c *counting) counts() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

func manyPlugins(t *testing.T, n int) *v1alpha1.ApplicationSet {
	t.Helper()
	var elements strings.Builder
	for i := range n {
		fmt.Fprintf(&elements, "{id: 'i%02d'},", i)
	}
	return decode(t, `
generators:
- matrix: {generators: [{list: {elements: [`+elements.String()+`]}}, {plugin: {configMapRef: {name: p}, input: {parameters: {id: '{{id}}'}}}}]}
template: {metadata: {name: '{{id}}'}}
`)
}

// Four legs of which each needs the one before: every question once, in as
// many rounds as there are legs.
func TestGatherFollowsAChainOfQuestions(t *testing.T) {
	set := decode(t, `
generators:
- matrix:
    generators:
    - scmProvider: {github: {organization: acme}}
    - matrix:
        generators:
        - pullRequest: {github: {owner: acme, repo: '{{repository}}'}}
        - plugin: {configMapRef: {name: p}, input: {parameters: {sha: '{{head_sha}}'}}}
    - git: {repoURL: 'https://git/{{repository}}', revision: '{{digest}}', directories: [{path: '*'}]}
template: {metadata: {name: '{{repository}}-{{number}}-{{digest}}-{{path}}'}}
`)
	questions := &counting{answers: func(q generators.Question) (*generators.Answer, error) {
		switch q.Kind {
		case "scmProvider":
			return &generators.Answer{Repositories: []generators.SCMRepository{{Repository: "web"}, {Repository: "api"}}}, nil
		case "pullRequest":
			return &generators.Answer{PullRequests: []generators.PullRequest{{Number: 1, HeadSHA: "abc"}}}, nil
		}
		return &generators.Answer{Replies: []map[string]any{{"digest": "d1"}}}, nil
	}}
	git := newRecorder(t, map[string]map[string]string{"https://git/web": {"a/x": ""}, "https://git/api": {"b/x": ""}})
	result, err := inputs.Gather(t.Context(), set, expand.Inputs{}, inputs.Providers{Git: git, Questions: questions}, inputs.Options{})
	if err != nil || result.Err != nil {
		t.Fatal(err, result.Err)
	}
	if diff := cmp.Diff([]string{"api-1-d1-b", "web-1-d1-a"}, names(result)); diff != "" {
		t.Error(diff)
	}
	if got := questions.counts(); !cmp.Equal(got, map[string]int{"scmProvider": 1, "pullRequest": 2, "plugin": 1}) {
		t.Errorf("asked %v", got)
	}
}

// Thirty questions of one round are asked eight at a time.
func TestQuestionsOfOneRoundAreAskedSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		questions := &counting{gate: gate, answers: func(generators.Question) (*generators.Answer, error) {
			return &generators.Answer{Replies: []map[string]any{{"x": "y"}}}, nil
		}}
		done := make(chan error)
		go func() {
			_, err := inputs.Gather(t.Context(), manyPlugins(t, 30), expand.Inputs{}, inputs.Providers{Questions: questions}, inputs.Options{})
			done <- err
		}()
		for asked := 0; asked < 30; asked += 8 {
			synctest.Wait()
			if want := min(8, 30-asked); questions.waiting() != want {
				t.Errorf("%d at once, want %d", questions.waiting(), want)
			}
			for range questions.waiting() {
				gate <- struct{}{}
			}
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestEveryFailedQuestionIsReportedWithItsGenerator(t *testing.T) {
	set := decode(t, `
generators:
- plugin: {configMapRef: {name: p}}
- merge: {mergeKeys: [a], generators: [{clusterDecisionResource: {configMapRef: c}}, {pullRequest: {gitea: {owner: o, repo: r, api: x}}}]}
- git: {repoURL: https://git/one, revision: main, directories: [{path: '*'}]}
template: {metadata: {name: x}}
`)
	failing := &counting{answers: func(q generators.Question) (*generators.Answer, error) { return nil, errors.New("no " + q.Kind) }}
	_, err := inputs.Gather(t.Context(), set, expand.Inputs{}, inputs.Providers{Git: newRecorder(t, nil), Questions: failing}, inputs.Options{})
	want := `generators[2].git: resolve https://git/one@main: no such repository
generators[1].merge[0].clusterDecisionResource: no clusterDecisionResource
generators[0].plugin: no plugin
generators[1].merge[1].pullRequest: no pullRequest`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
	_, err = inputs.Gather(t.Context(), set, expand.Inputs{}, inputs.Providers{Git: newRecorder(t, nil)}, inputs.Options{})
	if err == nil || !strings.Contains(err.Error(), "generators[0].plugin: nothing here can answer this generator") {
		t.Error(err)
	}
	_, err = inputs.Gather(t.Context(), manyPlugins(t, 30), expand.Inputs{}, inputs.Providers{Questions: failing}, inputs.Options{})
	if err == nil || strings.Count(err.Error(), "no plugin") != 20 || !strings.HasSuffix(err.Error(), "and 10 more that failed") {
		t.Error(err)
	}
}

func TestTooManyQuestionsAreRefused(t *testing.T) {
	questions := &counting{answers: func(generators.Question) (*generators.Answer, error) { return &generators.Answer{}, nil }}
	_, err := inputs.Gather(t.Context(), manyPlugins(t, 30), expand.Inputs{}, inputs.Providers{Questions: questions}, inputs.Options{MaxQuestions: 29})
	if err == nil || err.Error() != "generators[0].matrix[1].plugin: the set asks 30 questions; at most 29 are allowed" || len(questions.counts()) > 0 {
		t.Errorf("%v, asked %v", err, questions.counts())
	}
}
