package generators

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// PullRequestList is what a host answered to one question about a repository,
// before selectors and templates.
type PullRequestList struct {
	// Question is the ID of the question, as in Origin.
	Question string
	// PullRequests that are open, each as in Origin.
	PullRequests []string
}

// PullRequestLists are the answers to questions about pull requests, in the
// order of the questions.
func PullRequestLists(answers map[Question]*Answer) []PullRequestList {
	var out []PullRequestList
	for _, q := range slices.SortedFunc(maps.Keys(answers), compareQuestions) {
		var spec v1alpha1.PullRequestGenerator
		if q.Kind != "pullRequest" || json.Unmarshal([]byte(q.Spec), &spec) != nil {
			continue
		}
		list := PullRequestList{Question: q.ID()}
		home := pullRequestHost(&spec) + pullRequestRepository(&spec)
		for i := range answers[q].PullRequests {
			list.PullRequests = append(list.PullRequests, pullRequestID(home, &answers[q].PullRequests[i]))
		}
		out = append(out, list)
	}
	return out
}

// pullRequestID is REPOSITORY#NUMBER.
func pullRequestID(home string, pull *PullRequest) string {
	return fmt.Sprintf("%s#%d", home, pull.Number)
}
