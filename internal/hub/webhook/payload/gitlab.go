package payload

import (
	"path"
	"slices"
	"strconv"
)

// gitlabActions are those of a merge request that generators see.
var gitlabActions = []string{"open", "reopen", "close", "merge", "update"}

// gitlabListing are the system and group hooks about projects themselves.
var gitlabListing = []string{"project_create", "project_destroy", "project_rename", "project_transfer", "project_update"}

type gitlabHook struct {
	ObjectKind string `json:"object_kind"`
	EventName  string `json:"event_name"`
	Ref        string `json:"ref"`
	Before     string `json:"before"`
	After      string `json:"after"`
	Project    struct {
		ID                int64  `json:"id"`
		WebURL            string `json:"web_url"`
		GitHTTPURL        string `json:"git_http_url"`
		GitSSHURL         string `json:"git_ssh_url"`
		PathWithNamespace string `json:"path_with_namespace"`
		DefaultBranch     string `json:"default_branch"`
	} `json:"project"`
	Commits          []commit `json:"commits"`
	TotalCommits     int      `json:"total_commits_count"`
	ObjectAttributes struct {
		Action string `json:"action"`
	} `json:"object_attributes"`
	// These two are where hooks about projects name it. What changed in a
	// repository_update is read apart: a merge request has an object there.
	ProjectID         int64  `json:"project_id"`
	PathWithNamespace string `json:"path_with_namespace"`
}

// DecodeGitLab reads a project, group or system hook; its own fields tell which
// event it is.
// See https://docs.gitlab.com/user/project/integrations/webhook_events/ and
// https://docs.gitlab.com/administration/system_hooks/.
func DecodeGitLab(_ string, body []byte) (Event, error) {
	var h gitlabHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	kind := h.ObjectKind
	if kind == "" {
		kind = h.EventName
	}
	p := h.Project
	if p.PathWithNamespace == "" {
		p.PathWithNamespace, p.ID = h.PathWithNamespace, h.ProjectID
	}
	e := Event{Provider: GitLab, Repository: Repository{
		Keys: keysOf(p.WebURL, p.GitHTTPURL, p.GitSSHURL), DefaultBranch: p.DefaultBranch,
	}}
	if p.PathWithNamespace != "" {
		e.Repository.Owner, e.Repository.Name = path.Dir(p.PathWithNamespace), path.Base(p.PathWithNamespace)
	}
	if p.ID != 0 {
		e.Repository.ID = strconv.FormatInt(p.ID, 10)
	}
	switch {
	case kind == "push" || kind == "tag_push":
		e.Moves = []Move{pushed(h.Ref, h.Before, h.After, h.Commits, h.TotalCommits <= len(h.Commits))}
	case kind == "repository_update":
		moves, err := gitlabMoves(body)
		if err != nil {
			return Event{}, err
		}
		e.Moves = moves
	case kind == "merge_request":
		e.PullRequests = slices.Contains(gitlabActions, h.ObjectAttributes.Action)
	case slices.Contains(gitlabListing, kind):
		e.Listing = true
	}
	return e.check()
}

func gitlabMoves(body []byte) ([]Move, error) {
	var h struct {
		Changes []struct {
			Ref    string `json:"ref"`
			Before string `json:"before"`
			After  string `json:"after"`
		} `json:"changes"`
	}
	if err := decode(body, &h); err != nil {
		return nil, err
	}
	var moves []Move
	for _, c := range h.Changes {
		moves = append(moves, Move{Ref: c.Ref, Before: c.Before, After: c.After, All: true})
	}
	return moves, nil
}
