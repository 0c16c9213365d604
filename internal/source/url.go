package source

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

const maxRevisionLength = 1024

// scpLike is Git's short form for SSH: user@host:path.
var scpLike = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9.-]+:[^:\s]+$`)

// checkURL says whether repoURL may be used, and returns its scheme. The
// errors never repeat a URL that holds user information.
func checkURL(repoURL string, allowFile bool) (scheme string, err error) {
	switch {
	case repoURL == "":
		return "", fmt.Errorf("repository URL is empty: %w", ErrRefused)
	case strings.HasPrefix(repoURL, "-"):
		return "", fmt.Errorf("repository URL %q begins with a dash: %w", repoURL, ErrRefused)
	case strings.ContainsFunc(repoURL, isControl):
		return "", fmt.Errorf("repository URL contains control characters: %w", ErrRefused)
	}
	if !strings.Contains(repoURL, "://") {
		switch {
		case scpLike.MatchString(repoURL):
			return "ssh", nil
		case allowFile && strings.HasPrefix(repoURL, "/"):
			return "file", nil
		}
		return "", fmt.Errorf("repository URL %q is neither http(s)://, ssh:// nor user@host:path: %w", withoutUser(repoURL), ErrRefused)
	}
	u, err := url.Parse(repoURL)
	if err != nil { // the parser's error repeats its input
		return "", fmt.Errorf("repository URL does not parse: %w", ErrRefused)
	}
	switch u.Scheme {
	case "http", "https":
		if u.User != nil {
			return "", fmt.Errorf("repository URL for host %q carries user information; put credentials in a Secret instead: %w", u.Host, ErrRefused)
		}
		if u.Host == "" {
			return "", fmt.Errorf("repository URL %q names no host: %w", repoURL, ErrRefused)
		}
		return u.Scheme, nil
	case "ssh":
		if _, has := u.User.Password(); has {
			return "", fmt.Errorf("repository URL for host %q carries a password; put credentials in a Secret instead: %w", u.Host, ErrRefused)
		}
		return "ssh", nil
	case "file":
		if allowFile {
			return "file", nil
		}
	}
	return "", fmt.Errorf("repository URL scheme %q is not one of http, https, ssh: %w", u.Scheme, ErrRefused)
}

// withoutUser drops everything before an "@", for messages.
func withoutUser(s string) string {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		return s[at+1:]
	}
	return s
}

// checkRevision refuses revisions that no server could mean well.
func checkRevision(revision string) error {
	switch {
	case strings.HasPrefix(revision, "-"):
		return fmt.Errorf("revision %q begins with a dash: %w", revision, ErrRefused)
	case len(revision) > maxRevisionLength:
		return fmt.Errorf("revision is longer than %d bytes: %w", maxRevisionLength, ErrRefused)
	case strings.ContainsFunc(revision, isControl):
		return fmt.Errorf("revision %q contains control characters: %w", revision, ErrRefused)
	}
	return nil
}

func isControl(r rune) bool { return r < 0x20 || r == 0x7f }

// isCommit reports whether s is a full SHA-1 in lower or upper case.
func isCommit(s string) bool { return len(s) == 40 && isHex(s) }

// isShortCommit reports whether s could be the beginning of a commit.
func isShortCommit(s string) bool { return len(s) >= 7 && len(s) < 40 && isHex(s) }

func isHex(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'f' || r >= 'A' && r <= 'F')
	})
}

// cacheKey is the folder name of a repository below the cache.
func cacheKey(repoURL string) string {
	sum := sha256.Sum256([]byte(repoURL))
	return hex.EncodeToString(sum[:16])
}
