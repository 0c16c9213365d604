package payload

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Key is equal for all spellings of one repository's address: https, ssh or
// user@host:path, with or without user, port, a trailing slash or ".git", in
// any case. It is HOST/PATH, and empty for what is no such address. Two
// repositories that differ in case or port alone share a key; a hook for one
// then refreshes both.
func Key(address string) string {
	host, p, ok := split(strings.TrimSpace(address))
	if !ok || host == "" || !utf8.ValidString(host+p) {
		return ""
	}
	host = strings.ToLower(host)
	for _, alias := range []string{"ssh.", "altssh."} {
		if rest, ok := strings.CutPrefix(host, alias); ok && strings.Contains(rest, ".") {
			host = rest
		}
	}
	p = strings.Trim(strings.ToLower(path.Clean("/"+p)), "/")
	p = strings.TrimSuffix(p, ".git")
	if p == "" {
		return ""
	}
	if k, ok := azureKey(host, p); ok {
		return k
	}
	return host + "/" + p
}

// Host of a key.
func Host(key string) string {
	host, _, _ := strings.Cut(key, "/")
	return host
}

// split cuts an address into host and path.
func split(address string) (host, p string, ok bool) {
	if strings.Contains(address, "://") {
		u, err := url.Parse(address)
		if err != nil {
			return "", "", false
		}
		return u.Hostname(), u.Path, true
	}
	// user@host:path
	host, p, ok = strings.Cut(address, ":")
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	if strings.ContainsAny(host, "/ ") {
		return "", "", false
	}
	if decoded, err := url.PathUnescape(p); err == nil {
		p = decoded
	}
	return host, p, ok
}

// azureKey brings the forms of Azure DevOps together:
//
//	https://dev.azure.com/ORG/PROJECT/_git/REPO
//	git@ssh.dev.azure.com:v3/ORG/PROJECT/REPO
//	https://ORG.visualstudio.com/[DefaultCollection/]PROJECT/_git/REPO
//	ORG@vs-ssh.visualstudio.com:v3/ORG/PROJECT/REPO
//
// A repository named as its project may leave the project out.
func azureKey(host, p string) (string, bool) {
	const azure, old = "dev.azure.com", ".visualstudio.com"
	parts := strings.Split(p, "/")
	switch {
	case host == azure || host == "vs-ssh"+old:
	case strings.HasSuffix(host, old):
		if parts[0] == "defaultcollection" {
			parts = parts[1:]
		}
		parts = append([]string{strings.TrimSuffix(host, old)}, parts...)
	default:
		return "", false
	}
	if parts[0] == "v3" {
		parts = parts[1:]
	}
	if i := slices.Index(parts, "_git"); i >= 0 {
		parts = slices.Delete(slices.Clone(parts), i, i+1)
	}
	if len(parts) == 2 {
		parts = append(parts, parts[1])
	}
	return azure + "/" + strings.Join(parts, "/"), true
}

// keysOf are the keys of addresses, sorted and once each.
func keysOf(addresses ...string) []string {
	var keys []string
	for _, a := range addresses {
		if k := Key(a); k != "" {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
