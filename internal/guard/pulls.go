package guard

import "strings"

// Pulls is what is known of pull requests from the hosts themselves: what tells
// one that closed from a row that was lost. The zero value knows nothing, and
// nothing has closed.
type Pulls struct {
	named    map[string]bool
	answered map[string]string // questions with their repositories
	rows     map[string]bool   // keys of sources
}

// PullSource is what a row of pull requests derives from beside them.
type PullSource struct {
	// Generator is its kind: its place in the set moves.
	Generator string
	// Clusters by name, and the IDs of the Questions whose answers listed the
	// pull requests.
	Clusters, Questions []string
}

// Answer notes which pull requests of one repository a host said to be open when
// it was asked this question, selected by nothing but the question. An answer
// without any is as good as none: a host that is ill gives it too.
func (p *Pulls) Answer(question string, open []string) {
	if len(open) == 0 {
		return
	}
	if p.answered == nil {
		p.answered = map[string]string{}
	}
	p.answered[question] = repositoryOf(open[0])
	for _, pull := range open {
		p.Name(pull)
	}
}

// Row notes that the set still has a row of this source.
func (p *Pulls) Row(of PullSource) {
	if p.rows == nil {
		p.rows = map[string]bool{}
	}
	p.rows[of.key()] = true
}

// Name notes that an Application which stays derives from a pull request. It
// proves nothing of what the repository's host answered.
func (p *Pulls) Name(pull string) {
	if p.named == nil {
		p.named = map[string]bool{}
	}
	p.named[pull] = true
}

// closed is true if one of a victim's pull requests is gone. That is so if every
// question that led to the victim was asked again and answered, rows of the same
// source are left, and no answer to whatever question lists the pull request.
// All else may be a cluster, an element or a label that was lost, or a selector.
func (p Pulls) closed(v Victim) bool {
	if len(v.From.Questions) == 0 || !p.rows[v.From.key()] {
		return false
	}
	answered := map[string]bool{} // repositories
	for _, question := range v.From.Questions {
		repository, ok := p.answered[question]
		if !ok {
			return false
		}
		answered[repository] = true
	}
	for _, pull := range v.PullRequests {
		if !p.named[pull] && answered[repositoryOf(pull)] {
			return true
		}
	}
	return false
}

func (s PullSource) key() string {
	return strings.Join([]string{s.Generator, strings.Join(s.Clusters, "\x1f"), strings.Join(s.Questions, "\x1f")}, "\x00")
}

func repositoryOf(pull string) string {
	if at := strings.LastIndexByte(pull, '#'); at >= 0 {
		return pull[:at]
	}
	return pull
}
