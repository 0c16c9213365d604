package expand

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/templates"
)

// job is one row to render, and then what came of it.
type job struct {
	program *templates.Program
	row     *generators.Row
	app     *v1alpha1.Application
	err     error
	slab    *slab          // that app lies in, or nil
	cost    templates.Cost // known once done
	done    bool           // rendered or failed, and not because the set's budget ended
}

// slab holds the Applications of one rendering, in the order of its jobs.
type slab struct{ apps []v1alpha1.Application }

// render executes the template for the rows of all parts. A template that does
// not compile fails the set; that is known only if it is needed. So does the end
// of the set's budget: what is not rendered by then is not begun.
func render(p *programs, parts []generators.Part, opts Options) ([]job, error) {
	rows := 0
	for i := range parts {
		rows += len(parts[i].Rows)
	}
	jobs := make([]job, 0, rows)
	for i := range parts {
		part := &parts[i]
		if len(part.Rows) == 0 {
			continue
		}
		program, err := p.of(part.Template)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", part.Path, err)
		}
		for r := range part.Rows {
			jobs = append(jobs, job{program: program, row: &part.Rows[r]})
		}
	}
	if err := p.engine.Exhausted(); err != nil {
		return nil, fmt.Errorf("generators: %w", err)
	}
	p.engine.Expect(len(jobs))
	before := p.engine.Cost()
	home := &slab{make([]v1alpha1.Application, len(jobs))}
	var next atomic.Int64 // in order, row by row, so that blame finds few gaps
	generators.InChunks(len(jobs), opts.Workers, func(start, end int) {
		for range end - start {
			if p.engine.Spent() {
				return
			}
			i := next.Add(1) - 1
			jobs[i].slab = home
			jobs[i].run(&home.apps[i])
		}
	})
	if err := p.engine.Exhausted(); err != nil {
		clear(home.apps)
		return nil, blame(p.engine, jobs, before, err)
	}
	return jobs, nil
}

// blame names the first row, in their order, with which the budget of the set
// is spent: the same one whoever rendered what. Rows that nobody has finished are
// rendered for what they cost, and that row for the limit that it comes to first.
func blame(engine *templates.Engine, jobs []job, before templates.Cost, spent error) error {
	engine.Recount(before)
	for i := range jobs {
		j, sum := &jobs[i], engine.Cost()
		if j.done {
			engine.Recount(sum.Plus(j.cost))
		}
		if j.done && engine.Spent() {
			engine.Recount(sum)
			j.done = false
		}
		if !j.done {
			j.run(&v1alpha1.Application{})
		}
		if err := engine.Exhausted(); err != nil {
			return atOrigin(j.row.Origin, err)
		}
	}
	return spent
}

// run renders one row into app. A panic below it is that row's error, not the
// hub's.
func (j *job) run(app *v1alpha1.Application) {
	defer func() {
		if r := recover(); r != nil {
			j.app, j.err = nil, fmt.Errorf("template: panic: %v", r)
		}
		var exhausted *templates.ExhaustedError
		j.done = !errors.As(j.err, &exhausted)
		if j.err != nil {
			j.err = describe(j.row.Origin, j.err)
		}
	}()
	if j.cost, j.err = j.program.ExecuteInto(app, j.row.Params); j.err != nil {
		return
	}
	if app.Name == "" {
		j.err = errors.New("template.metadata.name: is empty")
		return
	}
	j.app = app
}

// describe puts an error between the generator and the cluster or element.
func describe(o Origin, err error) error {
	subject := o.Subject()
	if subject == "" {
		return fmt.Errorf("%s: %w", o.Generator, err)
	}
	return fmt.Errorf("%s: %w for %s", o.Generator, err, subject)
}

// atOrigin says which row was being rendered when the budget of the set ended.
func atOrigin(o Origin, err error) error {
	if subject := o.Subject(); subject != "" {
		return fmt.Errorf("%s: at %s: %w", o.Generator, subject, err)
	}
	return fmt.Errorf("%s: %w", o.Generator, err)
}
