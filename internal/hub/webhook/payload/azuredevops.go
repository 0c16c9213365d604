package payload

import (
	"slices"
	"strings"
)

// azurePulls are the events of a pull request that generators see.
var azurePulls = []string{"git.pullrequest.created", "git.pullrequest.updated", "git.pullrequest.merged"}

// azureListing are the events about repositories themselves.
var azureListing = []string{"git.repo.created", "git.repo.deleted", "git.repo.forked", "git.repo.renamed", "git.repo.statuschanged"}

type azureHook struct {
	EventType string `json:"eventType"`
	Resource  struct {
		RefUpdates []struct {
			Name        string `json:"name"`
			OldObjectID string `json:"oldObjectId"`
			NewObjectID string `json:"newObjectId"`
		} `json:"refUpdates"`
		Repository struct {
			Name          string `json:"name"`
			RemoteURL     string `json:"remoteUrl"`
			SSHURL        string `json:"sshUrl"`
			DefaultBranch string `json:"defaultBranch"`
			Project       struct {
				Name string `json:"name"`
			} `json:"project"`
		} `json:"repository"`
	} `json:"resource"`
}

// DecodeAzureDevOps reads an event of a service hook. It lists no changed
// paths.
// See https://learn.microsoft.com/en-us/azure/devops/service-hooks/events.
func DecodeAzureDevOps(_ string, body []byte) (Event, error) {
	var h azureHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	r := h.Resource.Repository
	e := Event{
		Provider:     AzureDevOps,
		PullRequests: slices.Contains(azurePulls, h.EventType),
		Listing:      slices.Contains(azureListing, h.EventType),
		Repository: Repository{
			Keys: keysOf(r.RemoteURL, r.SSHURL), Project: r.Project.Name, Name: r.Name,
			DefaultBranch: strings.TrimPrefix(r.DefaultBranch, branches),
		},
	}
	for _, k := range e.Repository.Keys {
		if parts := strings.Split(k, "/"); parts[0] == "dev.azure.com" {
			e.Repository.Owner = parts[1]
		}
	}
	if h.EventType == "git.push" {
		for _, u := range h.Resource.RefUpdates {
			e.Moves = append(e.Moves, Move{Ref: u.Name, Before: u.OldObjectID, After: u.NewObjectID, All: true})
		}
	}
	return e.check()
}
