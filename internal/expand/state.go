package expand

import (
	"cmp"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
)

// state is a complete expansion, indexed to be changed in part.
type state struct {
	in        Inputs
	notes     *generators.Notes
	fixed     []*row            // of entries that do not depend on clusters
	byCluster map[string][]*row // of the others
	names     map[string][]*row // what rendered, by Application name
	rejected  map[*row]bool
	doubled   map[string]bool // names of several rows
}

// row is one row of an expansion and what came of it: app or err.
type row struct {
	entry  int
	origin Origin
	app    *v1alpha1.Application
	err    error
}

func newState(in Inputs, notes *generators.Notes, dependence []generators.Dependence, all rendered) *state {
	s := &state{
		in: in, notes: notes,
		byCluster: map[string][]*row{},
		names:     make(map[string][]*row, len(all.jobs)),
		rejected:  map[*row]bool{},
		doubled:   map[string]bool{},
	}
	for _, r := range all.rows() {
		if dependence[r.entry] == generators.Linear {
			s.byCluster[r.origin.Cluster] = append(s.byCluster[r.origin.Cluster], r)
		} else {
			s.fixed = append(s.fixed, r)
		}
		s.claim(r)
	}
	return s
}

// rows lets go of the parameters that jobs were rendered from.
func (r rendered) rows() []*row {
	rows := make([]row, len(r.jobs))
	out := make([]*row, len(r.jobs))
	for i := range r.jobs {
		j := &r.jobs[i]
		rows[i] = row{entry: r.entries[i], origin: j.row.Origin, app: j.app, err: j.err}
		out[i] = &rows[i]
	}
	return out
}

// claim notes the row's name, or its rejection.
func (s *state) claim(r *row) {
	if r.err != nil {
		s.rejected[r] = true
		return
	}
	name := r.app.Name
	s.names[name] = append(s.names[name], r)
	if len(s.names[name]) > 1 {
		s.doubled[name] = true
	}
}

func (s *state) disclaim(r *row) {
	if r.err != nil {
		delete(s.rejected, r)
		return
	}
	name := r.app.Name
	left := slices.DeleteFunc(slices.Clone(s.names[name]), func(other *row) bool { return other == r })
	if len(left) < 2 {
		delete(s.doubled, name)
	}
	if len(left) == 0 {
		delete(s.names, name)
		return
	}
	s.names[name] = left
}

// jobs lists all rows in the order of their entries, as a full expansion does.
func (s *state) jobs() []job {
	all := slices.Clone(s.fixed)
	for _, rows := range s.byCluster {
		all = append(all, rows...)
	}
	slices.SortStableFunc(all, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.entry, b.entry), compareOrigins(a.origin, b.origin))
	})
	out := make([]job, len(all))
	for i, r := range all {
		out[i] = r.job()
	}
	return out
}

func (r *row) job() job {
	return job{row: &generators.Row{Origin: r.origin}, app: r.app, err: r.err}
}

// restsOn says whether in holds the repositories and answers that the state
// rests on, unchanged.
func (s *state) restsOn(in Inputs) bool {
	for repo, tree := range s.in.Repositories {
		now := in.Repositories[repo]
		if now == nil || now != tree && (now.Commit == "" || now.Commit != tree.Commit) {
			return false
		}
	}
	for question, answer := range s.in.Answers {
		if now, ok := in.Answers[question]; !ok || now != answer {
			return false
		}
	}
	return true
}

func (s *state) protection(paths []string) Protection {
	p := newProtection(paths)
	for r := range s.rejected {
		p.refuse(r.origin)
	}
	for name := range s.doubled {
		for _, r := range s.names[name] {
			p.refuse(r.origin)
			p.duplicate(name, []Origin{r.origin})
		}
	}
	return p
}
