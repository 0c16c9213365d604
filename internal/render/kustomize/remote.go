package kustomize

import "strings"

// looksRemote reports whether the library could take p for a Git URL. It is
// wider than the library's own rule.
func looksRemote(p string) bool {
	lower := strings.ToLower(p)
	first, _, _ := strings.Cut(lower, "/")
	return isURL(p) || strings.HasPrefix(lower, "git::") ||
		strings.Contains(first, "@") || strings.Contains(first, ":") ||
		strings.HasPrefix(first, "github.com") || strings.HasPrefix(first, "gh:")
}

// isURL reports whether the library would load p over the network.
func isURL(p string) bool {
	lower := strings.ToLower(strings.TrimSpace(p))
	return strings.Contains(p, "://") || strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:")
}

// shorten drops what may be a credential from a URL in a message.
func shorten(p string) string {
	if scheme, rest, ok := strings.Cut(p, "://"); ok {
		if _, after, ok := strings.Cut(rest, "@"); ok {
			rest = after
		}
		p, _, _ = strings.Cut(scheme+"://"+rest, "?")
	}
	return p
}
