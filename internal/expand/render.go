package expand

import (
	"fmt"
	"sync"
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
}

// render executes the template for the rows of all parts. A template that does
// not compile fails the set; that is known only if it is needed.
func render(p *programs, parts []generators.Part, opts Options) ([]job, error) {
	var jobs []job
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
	inParallel(len(jobs), opts.workers(len(jobs)), func(i int) { jobs[i].run() })
	return jobs, nil
}

// run renders one row. A panic below it is that row's error, not the hub's.
func (j *job) run() {
	defer func() {
		if r := recover(); r != nil {
			j.app, j.err = nil, fmt.Errorf("template: panic: %v", r)
		}
		if j.err != nil {
			j.err = describe(j.row.Origin, j.err)
		}
	}()
	j.app, j.err = j.program.Execute(j.row.Params)
}

// describe puts an error between the generator and the cluster or element.
func describe(o Origin, err error) error {
	subject := o.Subject()
	if subject == "" {
		return fmt.Errorf("%s: %w", o.Generator, err)
	}
	return fmt.Errorf("%s: %w for %s", o.Generator, err, subject)
}

// inParallel calls do for 0..n-1 from the given number of goroutines, in
// chunks, and returns when all calls have.
func inParallel(n, workers int, do func(i int)) {
	if workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	const chunk = 32
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				start := int(next.Add(chunk)) - chunk
				if start >= n {
					return
				}
				for i := start; i < min(start+chunk, n); i++ {
					do(i)
				}
			}
		})
	}
	wg.Wait()
}
