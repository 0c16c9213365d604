package payload

import "slices"

// githubCommits is how many commits GitHub lists in one push at most.
const githubCommits = 2048

// githubActions are those of a pull_request event that change the list of open
// pull requests or what generators see of one.
var githubActions = []string{
	"opened", "reopened", "closed", "synchronize", "labeled", "unlabeled", "edited",
	"ready_for_review", "converted_to_draft",
}

type githubHook struct {
	Action     string   `json:"action"`
	Ref        string   `json:"ref"`
	RefType    string   `json:"ref_type"`
	Before     string   `json:"before"`
	After      string   `json:"after"`
	Forced     bool     `json:"forced"`
	Commits    []commit `json:"commits"`
	Repository struct {
		Name          string `json:"name"`
		HTMLURL       string `json:"html_url"`
		CloneURL      string `json:"clone_url"`
		SSHURL        string `json:"ssh_url"`
		DefaultBranch string `json:"default_branch"`
		Owner         struct {
			Login string `json:"login"`
			Name  string `json:"name"`
		} `json:"owner"`
	} `json:"repository"`
}

// DecodeGitHub reads an event named as in X-GitHub-Event.
// See https://docs.github.com/en/webhooks/webhook-events-and-payloads.
func DecodeGitHub(event string, body []byte) (Event, error) {
	if !slices.Contains([]string{"push", "create", "delete", "pull_request", "repository"}, event) {
		return Event{}, nil
	}
	var h githubHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	r := h.Repository
	e := Event{Provider: GitHub, Repository: Repository{
		Keys: keysOf(r.HTMLURL, r.CloneURL, r.SSHURL), Owner: r.Owner.Login, Name: r.Name, DefaultBranch: r.DefaultBranch,
	}}
	if e.Repository.Owner == "" {
		e.Repository.Owner = r.Owner.Name
	}
	switch event {
	case "push":
		whole := !h.Forced && len(h.Commits) < githubCommits
		e.Moves = []Move{pushed(h.Ref, h.Before, h.After, h.Commits, whole)}
	case "create", "delete":
		e.Moves = []Move{{Ref: fullRef(h.RefType, h.Ref), All: true}}
	case "pull_request":
		e.PullRequests = slices.Contains(githubActions, h.Action)
	case "repository":
		e.Listing = true
	}
	return e.check()
}

// fullRef makes a full name of a short one whose kind is told.
func fullRef(kind, name string) string {
	switch kind {
	case "branch":
		return branches + name
	case "tag":
		return tags + name
	}
	return name
}
