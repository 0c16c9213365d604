package payload

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Provider is a kind of Git host.
type Provider string

// The providers whose payloads are read. Forgejo and Gogs speak Gitea's.
const (
	GitHub          Provider = "github"
	GitLab          Provider = "gitlab"
	Gitea           Provider = "gitea"
	Bitbucket       Provider = "bitbucket"
	BitbucketServer Provider = "bitbucketserver"
	AzureDevOps     Provider = "azuredevops"
	Generic         Provider = "generic"
)

// Event is what a hook says has happened. The zero Event is one that concerns
// nobody, such as a ping.
type Event struct {
	Provider   Provider   `json:"provider,omitempty"`
	Repository Repository `json:"repository,omitzero"`
	// Moves are the references that were created, moved or deleted.
	Moves []Move `json:"moves,omitempty"`
	// Listing says that the repository or one of its branches came, went, or
	// changed its name, topics or state.
	Listing bool `json:"listing,omitempty"`
	// PullRequests says that the list of open pull requests changed, or what
	// is told of one of them.
	PullRequests bool `json:"pullRequests,omitempty"`
	// Plugin whose answer changed; nil for an event of a repository.
	Plugin *Plugin `json:"plugin,omitempty"`
}

// Repository is what an event is about.
type Repository struct {
	// Keys of its clone and web addresses, sorted; see Key.
	Keys []string `json:"keys,omitempty"`
	// Owner is the organization, user, workspace or project key; with GitLab
	// the full path of the group, with Azure DevOps the organization.
	Owner string `json:"owner,omitempty"`
	// Project is the team project of Azure DevOps.
	Project string `json:"project,omitempty"`
	// Name in URLs.
	Name string `json:"name,omitempty"`
	// ID is GitLab's number of the project.
	ID string `json:"id,omitempty"`
	// DefaultBranch without refs/heads/; empty if the payload does not tell.
	DefaultBranch string `json:"defaultBranch,omitempty"`
}

// Plugin names a plugin generator's ConfigMap.
type Plugin struct {
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name"`
}

// Bounds of what one event holds. Beyond them it says less exactly what has
// changed, which makes more be looked at, never less.
const (
	maxMoves     = 200
	maxPaths     = 2000
	maxPathBytes = 128 << 10
	maxText      = 2048 // of a name or reference
)

// IsZero is true for an event that concerns nobody.
func (e Event) IsZero() bool {
	return len(e.Moves) == 0 && !e.Listing && !e.PullRequests && e.Plugin == nil
}

// Key is equal for events that add up to one: those about one repository of
// one provider, or one plugin.
func (e Event) Key() string {
	if e.Plugin != nil {
		return "plugin\x00" + e.Plugin.Namespace + "\x00" + e.Plugin.Name
	}
	if len(e.Repository.Keys) > 0 {
		return string(e.Provider) + "\x00" + e.Repository.Keys[0]
	}
	return strings.Join([]string{string(e.Provider), e.Repository.Owner, e.Repository.Project, e.Repository.Name}, "\x00")
}

// Subject names what the event is about, for logs.
func (e Event) Subject() string {
	if e.Plugin != nil {
		return "plugin " + e.Plugin.Namespace + "/" + e.Plugin.Name
	}
	if len(e.Repository.Keys) > 0 {
		return e.Repository.Keys[0]
	}
	return e.Repository.Owner + "/" + e.Repository.Name
}

// Merge adds a later event with the same Key.
func (e Event) Merge(later Event) Event {
	out := later
	out.Listing = e.Listing || later.Listing
	out.PullRequests = e.PullRequests || later.PullRequests
	if out.Plugin == nil {
		out.Plugin = e.Plugin
	}
	keys := slices.Concat(e.Repository.Keys, later.Repository.Keys)
	slices.Sort(keys)
	out.Repository.Keys = slices.Compact(keys)
	if out.Repository.DefaultBranch == "" {
		out.Repository.DefaultBranch = e.Repository.DefaultBranch
	}
	out.Moves = slices.Clone(e.Moves)
	for _, m := range later.Moves {
		if i := slices.IndexFunc(out.Moves, func(o Move) bool { return o.Ref == m.Ref }); i >= 0 {
			out.Moves[i] = out.Moves[i].merge(m)
		} else {
			out.Moves = append(out.Moves, m)
		}
	}
	return out.bounded()
}

// bounded brings the event below the bounds.
func (e Event) bounded() Event {
	if len(e.Moves) > maxMoves {
		e.Moves = []Move{{All: true}} // any reference
	}
	paths, size := 0, 0
	for i := range e.Moves {
		m := &e.Moves[i]
		paths += len(m.Paths)
		for _, p := range m.Paths {
			size += len(p)
		}
		if m.All || paths > maxPaths || size > maxPathBytes {
			m.Paths, m.All = nil, true
		}
	}
	return e
}

// check refuses what no host would send.
func (e Event) check() (Event, error) {
	if e.IsZero() {
		return Event{}, nil
	}
	r := e.Repository
	if e.Plugin == nil && len(r.Keys) == 0 && r.Name == "" {
		return Event{}, errors.New("the payload names no repository")
	}
	texts := []string{r.Owner, r.Project, r.Name, r.ID, r.DefaultBranch}
	texts = append(texts, r.Keys...)
	if e.Plugin != nil {
		texts = append(texts, e.Plugin.Name, e.Plugin.Namespace)
	}
	for _, m := range e.Moves {
		texts = append(texts, m.Ref, m.Before, m.After)
	}
	for _, s := range texts {
		if len(s) > maxText {
			return Event{}, fmt.Errorf("the payload has a name of %d bytes, more than %d", len(s), maxText)
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
			return Event{}, errors.New("the payload has a name with control characters")
		}
	}
	return e.bounded(), nil
}

// decode reads JSON into out. The error repeats no content.
func decode(body []byte, out any) error {
	if err := json.Unmarshal(body, out); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return fmt.Errorf("field %q of the payload is a %s: not what this event has there", wrong.Field, wrong.Value)
		}
		return errors.New("the payload is not JSON")
	}
	return nil
}
