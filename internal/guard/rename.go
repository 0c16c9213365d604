package guard

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// maxPairs bounds how many pairs of names are compared within one likeness.
const maxPairs = 10_000

// Rename puts beside each victim the new name of its cluster, where a gain
// looks like the same row for the same cluster under another name: its
// destination has the same server, or it differs in the name only. A gain
// stands beside one victim at most. The victims keep their order.
func Rename(victims []Victim, gains []Gain) []Victim {
	out := slices.Clone(victims)
	gains = slices.Clone(gains)
	slices.SortFunc(gains, func(a, b Gain) int { return cmp.Compare(a.Name, b.Name) })
	taken := make([]bool, len(gains))
	pair(out, gains, taken, func(v Victim) string { return v.Server }, func(g Gain) string { return g.Server })
	pair(out, gains, taken, func(v Victim) string { return v.Likeness }, func(g Gain) string { return g.Likeness })
	return out
}

// pair matches victims and gains of equal, non-empty trait: a lone pair as it
// is, several by how much of their clusters' names agrees.
func pair(victims []Victim, gains []Gain, taken []bool, ofVictim func(Victim) string, ofGain func(Gain) string) {
	lost, won := map[string][]int{}, map[string][]int{}
	for i, v := range victims {
		if t := ofVictim(v); t != "" && v.RenamedTo == "" {
			lost[t] = append(lost[t], i)
		}
	}
	for i, g := range gains {
		if t := ofGain(g); t != "" && !taken[i] {
			won[t] = append(won[t], i)
		}
	}
	for trait, from := range lost {
		to := won[trait]
		if len(from)*len(to) > maxPairs {
			continue
		}
		for _, m := range matches(victims, gains, from, to) {
			victims[m.victim].RenamedTo, taken[m.gain] = gains[m.gain].Cluster, true
		}
	}
}

type match struct{ victim, gain, common int }

// matches are the best pairs first. Among several candidates at least half of
// the shorter name must agree.
func matches(victims []Victim, gains []Gain, from, to []int) []match {
	var all []match
	for _, v := range from {
		for _, g := range to {
			was, is := victims[v].Cluster, gains[g].Cluster
			common := agreement(was, is)
			if was != is && (len(from) == 1 && len(to) == 1 || 2*common >= min(len(was), len(is))) {
				all = append(all, match{v, g, common})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.common, a.common), cmp.Compare(a.victim, b.victim), cmp.Compare(a.gain, b.gain))
	})
	var out []match
	usedVictim, usedGain := map[int]bool{}, map[int]bool{}
	for _, m := range all {
		if !usedVictim[m.victim] && !usedGain[m.gain] {
			out = append(out, m)
			usedVictim[m.victim], usedGain[m.gain] = true, true
		}
	}
	return out
}

// agreement is the length of the common beginning and end of two names.
func agreement(a, b string) int {
	n, most := 0, min(len(a), len(b))
	for n < most && a[n] == b[n] {
		n++
	}
	end := 0
	for end < most-n && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return n + end
}

// LikenessOf is equal for two Applications of one template that differ by their
// cluster's name alone: the specification with that name, wherever it stands as
// a word, and the server taken out.
func LikenessOf(app *v1alpha1.Application, cluster string) string {
	spec := app.Spec
	spec.Destination.Server, spec.Destination.Name = "", ""
	text, err := json.Marshal(spec)
	if err != nil || cluster == "" {
		return "" // matches nothing
	}
	return withoutWord(string(text), cluster)
}

// withoutWord replaces word, where no letter or digit adjoins it, by a zero
// byte.
func withoutWord(text, word string) string {
	var out strings.Builder
	done := 0
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			out.WriteString(text[done:])
			return out.String()
		}
		at += from
		end := at + len(word)
		from = at + 1
		if at > 0 && isWord(text[at-1]) || end < len(text) && isWord(text[end]) {
			continue
		}
		out.WriteString(text[done:at])
		out.WriteByte(0)
		done, from = end, end
	}
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
