package payload

import "errors"

// GenericHook is the body of a hook from anything else, such as a CI job or a
// plugin's service. It names either a repository or a plugin.
type GenericHook struct {
	// RepoURL in any spelling.
	RepoURL string `json:"repoURL,omitempty"`
	// Revision that moved: a branch, a tag, or a full reference name. Empty
	// and HEAD mean any.
	Revision string `json:"revision,omitempty"`
	// Before and After are the commits that it meant and means, if known.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// Paths that changed; none means that any may have.
	Paths []string `json:"paths,omitempty"`
	// Plugin is the ConfigMap of plugin generators whose answer changed, in
	// Namespace (empty means every namespace).
	Plugin    string `json:"plugin,omitempty"`
	Namespace string `json:"namespace,omitempty"`
}

// DecodeGeneric reads a GenericHook.
func DecodeGeneric(_ string, body []byte) (Event, error) {
	var h GenericHook
	if err := decode(body, &h); err != nil {
		return Event{}, err
	}
	e := Event{Provider: Generic}
	switch {
	case h.Plugin != "" && h.RepoURL != "":
		return Event{}, errors.New("the payload names both a plugin and a repoURL: send one hook for each")
	case h.Plugin != "":
		e.Plugin = &Plugin{Namespace: h.Namespace, Name: h.Plugin}
		return e.check()
	case Key(h.RepoURL) == "":
		return Event{}, errors.New("the payload has neither a plugin nor a repoURL that is one")
	}
	if h.Revision == "HEAD" {
		h.Revision = ""
	}
	m := Move{Ref: h.Revision, Before: h.Before, After: h.After, Paths: sorted(h.Paths), All: len(h.Paths) == 0}
	e.Repository.Keys = keysOf(h.RepoURL)
	e.Moves = []Move{m}
	return e.check()
}
