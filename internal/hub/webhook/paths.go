package webhook

import (
	"path"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// cares says whether changed paths concern whoever follows a revision.
type cares func(paths []string) bool

func always([]string) bool { return true }

// directoryPaths: folders come and go with the files in them, so a path
// concerns a pattern that matches one of the folders above it.
func directoryPaths(items []v1alpha1.GitDirectoryGeneratorItem) cares {
	for _, item := range items {
		if templated(item.Path) {
			return always
		}
	}
	return func(paths []string) bool {
		for _, p := range paths {
			for dir := path.Dir(p); dir != "." && dir != "/"; dir = path.Dir(dir) {
				if wantsDirectory(items, dir) {
					return true
				}
			}
		}
		return false
	}
}

func wantsDirectory(items []v1alpha1.GitDirectoryGeneratorItem, dir string) bool {
	wanted := false
	for _, item := range items {
		if ok, _ := path.Match(item.Path, dir); ok { // a malformed one matches nothing, as in the generator
			if item.Exclude {
				return false
			}
			wanted = true
		}
	}
	return wanted
}

// filePaths matches more than the generator does in either globbing mode: any
// wildcard stands for any text, and only plain exclusions count. Looking once
// too often is harmless.
func filePaths(items []v1alpha1.GitFileGeneratorItem) cares {
	for _, item := range items {
		if templated(item.Path) {
			return always
		}
	}
	return func(paths []string) bool {
		for _, p := range paths {
			if wantsFile(items, p) {
				return true
			}
		}
		return false
	}
}

func wantsFile(items []v1alpha1.GitFileGeneratorItem, file string) bool {
	wanted := false
	for _, item := range items {
		pattern := path.Clean(strings.TrimLeft(item.Path, "/"))
		if !item.Exclude {
			wanted = wanted || mayMatch(pattern, file)
		} else if !strings.ContainsAny(pattern, wildcards) && within(pattern, file) {
			return false
		}
	}
	return wanted
}

const wildcards = `*?[{\`

// mayMatch is true if the plain parts of a glob occur in name in their order,
// the first at its beginning and the last at its end, or if all of a plain
// pattern is name or a folder above it.
func mayMatch(pattern, name string) bool {
	if !strings.ContainsAny(pattern, wildcards) {
		return within(pattern, name)
	}
	parts := plainParts(pattern)
	for i, part := range parts {
		switch {
		case i == 0:
			rest, ok := strings.CutPrefix(name, part)
			if !ok {
				return false
			}
			name = rest
		case i == len(parts)-1:
			return strings.HasSuffix(name, part)
		default:
			_, rest, ok := strings.Cut(name, part)
			if !ok {
				return false
			}
			name = rest
		}
	}
	return true
}

// plainParts are the texts between the wildcards of a glob, the empty ones at
// its ends among them. Slashes next to a wildcard are left out: ** may stand
// for no folder at all.
func plainParts(pattern string) []string {
	var parts []string
	var part strings.Builder
	cut := func() {
		text := strings.TrimSuffix(part.String(), "/")
		if len(parts) > 0 {
			text = strings.TrimPrefix(text, "/")
		}
		parts = append(parts, text)
		part.Reset()
	}
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*', '?':
			cut()
		case '\\':
			cut()
			i++
		case '[', '{':
			cut()
			i = closing(pattern, i)
		default:
			part.WriteByte(pattern[i])
		}
	}
	return append(parts, strings.TrimPrefix(part.String(), "/"))
}

// closing is the index of the bracket that closes the one at i, or the last
// one of the pattern: what lies between is any text.
func closing(pattern string, i int) int {
	end := map[byte]byte{'[': ']', '{': '}'}[pattern[i]]
	if j := strings.LastIndexByte(pattern[i:], end); j > 0 {
		return i + j
	}
	return len(pattern) - 1
}

// sourcePaths follows Argo CD's annotation manifest-generate-paths. Without
// it, every push concerns the Application.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/high_availability/#manifest-paths-annotation.
func sourcePaths(annotation, base string) cares {
	var wanted []string
	for item := range strings.SplitSeq(annotation, ";") {
		switch item = strings.TrimSpace(item); {
		case item == "":
		case path.IsAbs(item):
			wanted = append(wanted, path.Clean(item))
		default:
			wanted = append(wanted, path.Join("/", base, item))
		}
	}
	if len(wanted) == 0 {
		return always
	}
	return func(paths []string) bool {
		for _, p := range paths {
			p = path.Clean("/" + p)
			for _, w := range wanted {
				if ok, _ := path.Match(w, p); ok || within(w, p) {
					return true
				}
			}
		}
		return false
	}
}

// within is true for name itself and what lies below it.
func within(dir, name string) bool {
	return dir == "." || dir == "/" || name == dir || strings.HasPrefix(name, dir+"/")
}
