package clusters

import "strings"

// maxNameLength is the longest DNS-1123 subdomain.
const maxNameLength = 253

// NormalizeName turns a cluster name (or any text) into a DNS-1123 subdomain
// the way Argo CD fills nameNormalized: lower case, every character outside
// [a-z0-9.-] becomes '-', at most 253 bytes, no '-' or '.' at either end.
func NormalizeName(name string) string {
	if isNormalized(name) {
		return name
	}
	var b strings.Builder
	b.Grow(len(name))
	for _, r := range strings.ToLower(name) {
		if isNameByte(r) {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	out := b.String()
	if len(out) > maxNameLength {
		out = out[:maxNameLength]
	}
	return strings.Trim(out, "-.")
}

func isNormalized(name string) bool {
	if name == "" || len(name) > maxNameLength {
		return name == ""
	}
	for _, r := range name {
		if !isNameByte(r) {
			return false
		}
	}
	first, last := name[0], name[len(name)-1]
	return first != '-' && first != '.' && last != '-' && last != '.'
}

func isNameByte(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.'
}
