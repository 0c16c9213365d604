package guard

import "strings"

// Pulls are the pull requests that there are, each as REPOSITORY#NUMBER: what
// tells one that closed from a row that was lost. The zero value has none.
type Pulls struct {
	named  map[string]bool
	listed map[string]bool // repositories
}

// List notes that a row derives from a pull request: it is open, and its
// repository's answer was not empty.
func (p *Pulls) List(pull string) {
	p.Name(pull)
	if p.listed == nil {
		p.listed = map[string]bool{}
	}
	p.listed[repositoryOf(pull)] = true
}

// Name notes that an Application which stays derives from a pull request. It
// proves nothing of what the repository's host answered.
func (p *Pulls) Name(pull string) {
	if p.named == nil {
		p.named = map[string]bool{}
	}
	p.named[pull] = true
}

// closed is true if one of a victim's pull requests is gone: nothing names it,
// and its repository lists others. An answer without any is no proof.
func (p Pulls) closed(pulls []string) bool {
	for _, pull := range pulls {
		if !p.named[pull] && p.listed[repositoryOf(pull)] {
			return true
		}
	}
	return false
}

func repositoryOf(pull string) string {
	if at := strings.LastIndexByte(pull, '#'); at >= 0 {
		return pull[:at]
	}
	return pull
}
