package guard

import (
	"fmt"
	"testing"
)

// listed is what rows of one generator derive from.
var listed = PullSource{Generator: "pullRequest", Questions: []string{"q"}}

// ofPulls makes the first n victims rows of pull requests of one repository.
func ofPulls(in *Input, n int, repository string) {
	for i := range n {
		in.Victims[i].PullRequests = []string{fmt.Sprintf("%s#%d", repository, i)}
		in.Victims[i].From = listed
	}
}

// stays notes a row of the source whose question is answered with these.
func (p *Pulls) stays(of PullSource, open ...string) {
	p.Row(of)
	for _, question := range of.Questions {
		p.Answer(question, open)
	}
}

// All but the host's own word that the rest of an answer is open, and a victim
// not any more, is a loss like others.
func TestOnlyWhatItsHostNoLongerListsHasClosed(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*Input)
		held bool
	}{
		"they close": {edit: func(in *Input) { in.Pulls.stays(listed, "a/b#7000") }},
		"they close while others are held": {edit: func(in *Input) {
			in.Pulls.stays(listed, "a/b#7000")
			in.Open, in.Holding = true, holding(victims(90, 10))
		}},
		"nobody answered":                   {held: true},
		"nobody was asked":                  {held: true, edit: func(in *Input) { in.Pulls.Row(listed) }},
		"the answer is empty":               {held: true, edit: func(in *Input) { in.Pulls.stays(listed) }},
		"no row is left of the answer":      {held: true, edit: func(in *Input) { in.Pulls.Answer("q", []string{"a/b#7000"}) }},
		"another repository is listed":      {held: true, edit: func(in *Input) { in.Pulls.stays(listed, "a/c#7000") }},
		"an Application that stays is none": {held: true, edit: func(in *Input) { in.Pulls.Row(listed); in.Pulls.Name("a/b#7000") }},
		"they are open and their rows gone": {held: true, edit: func(in *Input) { in.Pulls.stays(listed, numbers(0, 91)...) }},
		"the question is another one": {held: true, edit: func(in *Input) {
			in.Pulls.stays(PullSource{Generator: "pullRequest", Questions: []string{"r"}}, "a/b#7000")
		}},
		"the rows left are of another kind":  {held: true, edit: func(in *Input) { in.Pulls.stays(PullSource{Generator: "matrix", Questions: []string{"q"}}, "a/b#7000") }},
		"the rows left have another cluster": {held: true, edit: func(in *Input) { in.Pulls.stays(PullSource{"pullRequest", []string{"eu"}, []string{"q"}}, "a/b#7000") }},
		"another question still finds them": {held: true, edit: func(in *Input) {
			in.Pulls.stays(listed, "a/b#7000")
			in.Pulls.Answer("r", numbers(0, 90))
		}},
		"Applications that stay are of them": {held: true, edit: func(in *Input) {
			in.Pulls.stays(listed, "a/b#7000")
			for _, pull := range numbers(0, 90) {
				in.Pulls.Name(pull)
			}
		}},
		"it is not known who listed them": {held: true, edit: func(in *Input) {
			for i := range in.Victims {
				in.Victims[i].From = PullSource{}
			}
			in.Pulls.stays(PullSource{}, "a/b#7000")
			in.Pulls.stays(listed, "a/b#7000")
		}},
		"they are held, and another opens": {held: true, edit: func(in *Input) {
			in.Open, in.Holding = true, Judge(*in).Holding
			in.Pulls.stays(listed, "a/b#7000")
		}},
		"one of two of each closes":                                {edit: func(in *Input) { ofTwo(in); in.Pulls.Answer("r", []string{"a/c#1"}) }},
		"one of two of each closes, and nobody knows of the other": {held: true, edit: ofTwo},
	} {
		t.Run(name, func(t *testing.T) {
			in := Input{Now: noon, Scope: "set", Size: 100, Victims: victims(0, 90), Limits: Default()}
			ofPulls(&in, 90, "a/b")
			if tc.edit != nil {
				tc.edit(&in)
			}
			if v := Judge(in); len(v.Held) > 0 != tc.held || len(v.Held)+len(v.Delete) != 90 {
				t.Errorf("held %d, deleted %d: %s", len(v.Held), len(v.Delete), v.Reason)
			}
		})
	}
}

// ofTwo makes each victim the row of two pull requests; the first has closed.
func ofTwo(in *Input) {
	both := PullSource{Generator: "matrix", Questions: []string{"q", "r"}}
	for i := range in.Victims {
		in.Victims[i].PullRequests = []string{fmt.Sprintf("a/b#%d", i), "a/c#1"}
		in.Victims[i].From = both
	}
	in.Pulls.Row(both)
	in.Pulls.Answer("q", []string{"a/b#7000"})
}

func numbers(from, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("a/b#%d", from+i)
	}
	return out
}

func TestClosedPullRequestsDoNotCount(t *testing.T) {
	in := Input{Now: noon, Scope: "set", Size: 100, Victims: victims(0, 35), Limits: Default()}
	ofPulls(&in, 30, "a/b")
	in.Pulls.stays(listed, "a/b#7000")
	if v := Judge(in); len(v.Delete) != 35 || v.Window.lost() != 5 {
		t.Errorf("deleted %d, held %d, %d count", len(v.Delete), len(v.Held), v.Window.lost())
	}
	three := Input{Now: noon, Scope: "set", Size: 3, Victims: victims(0, 3), Limits: Default()}
	ofPulls(&three, 3, "a/b")
	if v := Judge(three); len(v.Delete) != 3 || v.Window.lost() != 3 {
		t.Errorf("of the only three %d are deleted, %d count", len(v.Delete), v.Window.lost())
	}
}
