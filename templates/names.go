package templates

import (
	"fmt"
	"strings"
)

// maxNameLength is the longest DNS-1123 subdomain.
const maxNameLength = 253

// normalize makes a DNS-1123 subdomain of any text: lower case, every
// character outside [a-z0-9.-] becomes '-', at most 253 bytes, no '-' or '.' at
// either end. It agrees with clusters.NormalizeName, which a test holds to.
func normalize(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '.' {
			return r
		}
		return '-'
	}, strings.ToLower(name))
	if len(name) > maxNameLength {
		name = name[:maxNameLength]
	}
	return strings.Trim(name, "-.")
}

// slugify is Argo CD's function of that name: slugify [max [smart]] name. The
// name is normalized, dots become '-', runs of '-' one, and the result is at
// most max (50) bytes: cut at a '-' when smart (the default), anywhere else.
// When smart, a max of 0 or less means no limit.
func slugify(args ...any) (string, error) {
	maxSize, smart, name := defaultSlug, true, ""
	for i, arg := range args {
		var ok bool
		switch {
		case i == len(args)-1:
			name, ok = arg.(string)
		case i == 0:
			maxSize, ok = arg.(int)
		case i == 1:
			smart, ok = arg.(bool)
		default:
			ok = true // Argo CD passes over further arguments
		}
		if !ok {
			return "", fmt.Errorf("slugify: argument %d is a %T; want slugify [max int [smart bool]] name string", i+1, arg)
		}
	}
	if maxSize < 0 && !smart {
		return "", fmt.Errorf("slugify: a maximum of %d bytes", maxSize)
	}
	return slug(maxSize, smart, name), nil
}

// defaultSlug is the longest slug unless the template says otherwise, in bytes.
const defaultSlug = 50

func slug(maxSize int, smart bool, name string) string {
	slug := normalize(name)
	if !smart && len(slug) >= maxSize {
		slug = slug[:maxSize]
	}
	slug = strings.Trim(squeezeDashes(slug), "-")
	if smart && maxSize > 0 && len(slug) > maxSize {
		if i := strings.LastIndexByte(slug[:maxSize+1], '-'); i >= 0 {
			return slug[:i]
		}
		return slug[:maxSize]
	}
	return slug
}

// squeezeDashes turns dots into dashes and every run of dashes into one.
func squeezeDashes(s string) string {
	if !strings.Contains(s, ".") && !strings.Contains(s, "--") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	dash := false
	for i := range len(s) {
		c := s[i]
		if c == '-' || c == '.' {
			dash = true
			continue
		}
		if dash {
			b.WriteByte('-')
			dash = false
		}
		b.WriteByte(c)
	}
	if dash {
		b.WriteByte('-')
	}
	return b.String()
}
