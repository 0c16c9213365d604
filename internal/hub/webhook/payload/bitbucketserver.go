package payload

import "slices"

// bitbucketServerPulls are the events of a pull request that generators see.
var bitbucketServerPulls = []string{
	"pr:opened", "pr:reopened", "pr:from_ref_updated", "pr:to_ref_updated", "pr:modified",
	"pr:merged", "pr:declined", "pr:deleted",
}

type bitbucketServerRepository struct {
	Slug    string `json:"slug"`
	Project struct {
		Key string `json:"key"`
	} `json:"project"`
	Links struct {
		Clone []struct {
			Href string `json:"href"`
		} `json:"clone"`
	} `json:"links"`
}

type bitbucketServerHook struct {
	Repository  bitbucketServerRepository `json:"repository"`
	New         bitbucketServerRepository `json:"new"`
	PullRequest struct {
		ToRef struct {
			Repository bitbucketServerRepository `json:"repository"`
		} `json:"toRef"`
	} `json:"pullRequest"`
	Changes []struct {
		Ref struct {
			ID string `json:"id"`
		} `json:"ref"`
		RefID    string `json:"refId"`
		FromHash string `json:"fromHash"`
		ToHash   string `json:"toHash"`
	} `json:"changes"`
}

// DecodeBitbucketServer reads an event of Bitbucket Server or Data Center,
// named as in X-Event-Key. It lists neither changed paths nor the default
// branch.
// See https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html.
func DecodeBitbucketServer(event string, body []byte) (Event, error) {
	pull := slices.Contains(bitbucketServerPulls, event)
	moved := event == "repo:refs_changed" || event == "mirror:repo_synchronized"
	if !pull && !moved && event != "repo:modified" && event != "repo:forked" {
		return Event{}, nil
	}
	var h bitbucketServerHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	r := h.Repository
	switch {
	case pull:
		r = h.PullRequest.ToRef.Repository
	case event == "repo:modified":
		r = h.New
	}
	e := Event{Provider: BitbucketServer, PullRequests: pull, Listing: !pull && !moved}
	e.Repository = Repository{Owner: r.Project.Key, Name: r.Slug}
	for _, l := range r.Links.Clone {
		e.Repository.Keys = append(e.Repository.Keys, l.Href)
	}
	e.Repository.Keys = keysOf(e.Repository.Keys...)
	if moved {
		for _, c := range h.Changes {
			ref := c.Ref.ID
			if ref == "" {
				ref = c.RefID
			}
			e.Moves = append(e.Moves, Move{Ref: ref, Before: c.FromHash, After: c.ToHash, All: true})
		}
	}
	return e.check()
}
