package generators

import (
	"net/url"
	"strings"
)

const masked = "***"

// MaskURL is a repository's URL for messages: what may be a password is ***.
// That is the user information of http and https too, where a token may stand
// for the user. The user of ssh:// and user@host:path stays.
func MaskURL(repoURL string) string {
	scheme, rest, found := strings.Cut(repoURL, "://")
	if !found {
		scheme, rest = "", repoURL
	}
	at := endOfUser(repoURL, rest, found)
	if at < 0 {
		return repoURL
	}
	user, where := rest[:at], rest[at:]
	if !strings.Contains(user, ":") && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return repoURL
	}
	if found {
		scheme += "://"
	}
	return scheme + masked + where
}

// HoldsPassword says whether user information of a repository's URL is more
// than a user's name.
func HoldsPassword(repoURL string) bool {
	_, rest, found := strings.Cut(repoURL, "://")
	if !found {
		rest = repoURL
	}
	at := endOfUser(repoURL, rest, found)
	return at >= 0 && strings.Contains(rest[:at], ":")
}

// endOfUser is the index of the @ that ends the user information of rest, or
// -1. Of a URL that does not parse, such as one with a slash in its password,
// it is the last @.
func endOfUser(repoURL, rest string, hasScheme bool) int {
	if hasScheme {
		if u, err := url.Parse(repoURL); err == nil {
			if u.User == nil {
				return -1
			}
			authority := rest
			if end := strings.IndexAny(rest, "/?#"); end >= 0 {
				authority = rest[:end]
			}
			return strings.LastIndexByte(authority, '@')
		}
	}
	return strings.LastIndexByte(rest, '@')
}
