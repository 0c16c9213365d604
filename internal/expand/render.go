package expand

import (
	"fmt"

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
	slab    *slab // that app lies in, or nil
}

// slab holds the Applications of one rendering, in the order of its jobs.
type slab struct{ apps []v1alpha1.Application }

// render executes the template for the rows of all parts. A template that does
// not compile fails the set; that is known only if it is needed.
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
	home := &slab{make([]v1alpha1.Application, len(jobs))}
	generators.InChunks(len(jobs), opts.Workers, func(start, end int) {
		for i := start; i < end; i++ {
			jobs[i].slab = home
			jobs[i].run(&home.apps[i])
		}
	})
	return jobs, nil
}

// run renders one row into app. A panic below it is that row's error, not the
// hub's.
func (j *job) run(app *v1alpha1.Application) {
	defer func() {
		if r := recover(); r != nil {
			j.app, j.err = nil, fmt.Errorf("template: panic: %v", r)
		}
		if j.err != nil {
			j.err = describe(j.row.Origin, j.err)
		}
	}()
	if j.err = j.program.ExecuteInto(app, j.row.Params); j.err == nil {
		j.app = app
	}
}

// describe puts an error between the generator and the cluster or element.
func describe(o Origin, err error) error {
	subject := o.Subject()
	if subject == "" {
		return fmt.Errorf("%s: %w", o.Generator, err)
	}
	return fmt.Errorf("%s: %w for %s", o.Generator, err, subject)
}
