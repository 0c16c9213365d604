package payload

import (
	"slices"
	"strings"
)

// giteaCommits is how many commits a push lists at most by default; Gogs and
// old Giteas do not say how many there were.
const giteaCommits = 5

// giteaActions are those of a pull request that generators see.
var giteaActions = []string{
	"opened", "reopened", "closed", "synchronized", "synchronize", "edited",
	"label_updated", "label_cleared", "labeled", "unlabeled",
}

type giteaHook struct {
	Action       string   `json:"action"`
	Ref          string   `json:"ref"`
	RefType      string   `json:"ref_type"`
	Before       string   `json:"before"`
	After        string   `json:"after"`
	Commits      []commit `json:"commits"`
	TotalCommits int      `json:"total_commits"`
	Repository   struct {
		Name          string `json:"name"`
		HTMLURL       string `json:"html_url"`
		CloneURL      string `json:"clone_url"`
		SSHURL        string `json:"ssh_url"`
		DefaultBranch string `json:"default_branch"`
		Owner         struct {
			Login    string `json:"login"`
			Username string `json:"username"`
		} `json:"owner"`
	} `json:"repository"`
}

// DecodeGitea reads an event of Gitea, Forgejo or Gogs, named as in
// X-Gitea-Event.
// See https://docs.gitea.com/usage/webhooks and
// https://forgejo.org/docs/latest/user/webhooks/.
func DecodeGitea(event string, body []byte) (Event, error) {
	pull := strings.HasPrefix(event, "pull_request")
	if !pull && !slices.Contains([]string{"push", "create", "delete", "repository"}, event) {
		return Event{}, nil
	}
	var h giteaHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	r := h.Repository
	e := Event{Provider: Gitea, Repository: Repository{
		Keys: keysOf(r.HTMLURL, r.CloneURL, r.SSHURL), Owner: r.Owner.Login, Name: r.Name, DefaultBranch: r.DefaultBranch,
	}}
	if e.Repository.Owner == "" {
		e.Repository.Owner = r.Owner.Username
	}
	switch {
	case event == "push":
		whole := h.TotalCommits == len(h.Commits)
		if h.TotalCommits == 0 {
			whole = len(h.Commits) < giteaCommits
		}
		e.Moves = []Move{pushed(h.Ref, h.Before, h.After, h.Commits, whole)}
	case event == "create" || event == "delete":
		e.Moves = []Move{{Ref: fullRef(h.RefType, h.Ref), All: true}}
	case event == "repository":
		e.Listing = true
	default:
		e.PullRequests = slices.Contains(giteaActions, h.Action)
	}
	return e.check()
}
