package payload

import (
	"slices"
	"strings"
)

// bitbucketPulls are the events of a pull request that generators see.
var bitbucketPulls = []string{"pullrequest:created", "pullrequest:updated", "pullrequest:fulfilled", "pullrequest:rejected"}

type bitbucketRef struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	Target struct {
		Hash string `json:"hash"`
	} `json:"target"`
}

type bitbucketHook struct {
	Push struct {
		Changes []struct {
			New *bitbucketRef `json:"new"`
			Old *bitbucketRef `json:"old"`
		} `json:"changes"`
	} `json:"push"`
	Repository struct {
		FullName string `json:"full_name"`
		Links    struct {
			HTML struct {
				Href string `json:"href"`
			} `json:"html"`
		} `json:"links"`
		Mainbranch struct {
			Name string `json:"name"`
		} `json:"mainbranch"`
	} `json:"repository"`
}

// DecodeBitbucket reads an event of Bitbucket Cloud, named as in X-Event-Key.
// It lists no changed paths, and hardly ever the default branch.
// See https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/.
func DecodeBitbucket(event string, body []byte) (Event, error) {
	pull := slices.Contains(bitbucketPulls, event)
	if !pull && !strings.HasPrefix(event, "repo:") || strings.HasPrefix(event, "repo:commit_") {
		return Event{}, nil
	}
	var h bitbucketHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	r := h.Repository
	e := Event{Provider: Bitbucket, PullRequests: pull, Repository: Repository{
		Keys: keysOf(r.Links.HTML.Href), DefaultBranch: r.Mainbranch.Name,
	}}
	e.Repository.Owner, e.Repository.Name, _ = strings.Cut(r.FullName, "/")
	switch event {
	case "repo:push":
		for _, c := range h.Push.Changes {
			if m, ok := bitbucketMove(c.Old, c.New); ok {
				e.Moves = append(e.Moves, m)
			}
		}
	case "repo:updated", "repo:transfer", "repo:deleted", "repo:created", "repo:imported":
		e.Listing = true
	}
	return e.check()
}

func bitbucketMove(was, is *bitbucketRef) (Move, bool) {
	m := Move{All: true}
	named := is
	if named == nil {
		named = was
	}
	if named == nil {
		return m, false
	}
	m.Ref = fullRef(strings.TrimPrefix(named.Type, "named_"), named.Name)
	if was != nil {
		m.Before = was.Target.Hash
	}
	if is != nil {
		m.After = is.Target.Hash
	}
	return m, true
}
