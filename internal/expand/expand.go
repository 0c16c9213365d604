package expand

import (
	"errors"
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/templates"
)

// Expand turns a set and its inputs into Applications; see Result. A row that
// fails to render is rejected and the others proceed. A generator that fails
// fails the set. Who expands a set again and again keeps an Expander.
func Expand(set *v1alpha1.ApplicationSet, in Inputs, opts Options) Result {
	c, err := compile(set, opts)
	if err != nil {
		return Result{Err: err}
	}
	rendered, missing, err := c.run(in, nil)
	if err != nil || len(missing) > 0 {
		return Result{Missing: missing, Err: err}
	}
	return c.result(rendered.jobs, in)
}

// compiled is a set made ready to be expanded any number of times.
type compiled struct {
	set      *v1alpha1.ApplicationSet
	opts     Options
	engine   *templates.Engine
	programs *programs
}

func compile(set *v1alpha1.ApplicationSet, opts Options) (*compiled, error) {
	engine, err := templates.NewEngine(templates.Options{
		GoTemplate:        set.Spec.GoTemplate,
		GoTemplateOptions: set.Spec.GoTemplateOptions,
		Budget:            opts.Budget,
	})
	if err != nil {
		return nil, fmt.Errorf("spec.%w", err)
	}
	return &compiled{set: set, opts: opts, engine: engine, programs: &programs{set: set, engine: engine}}, nil
}

// entryPart is what one generator of entry i of spec.generators gives.
type entryPart struct {
	entry int
	generators.Part
}

func everyEntry(int) bool { return true }

// run evaluates all entries and renders their rows, in the order of the
// entries. Notes may be nil.
func (c *compiled) run(in Inputs, notes *generators.Notes) (rendered, []Request, error) {
	c.engine.Renew()
	parts, missing, err := c.gather(in, everyEntry, notes)
	if err != nil || len(missing) > 0 {
		return rendered{}, missing, err
	}
	out, err := c.render(parts)
	return out, nil, err
}

// gather evaluates the wanted entries.
func (c *compiled) gather(in Inputs, wanted func(entry int) bool, notes *generators.Notes) ([]entryPart, []Request, error) {
	evaluator := generators.NewEvaluator(in, templating{c.engine}, generators.Options{
		GoTemplate:               c.set.Spec.GoTemplate,
		NewGitFileGlobbing:       c.opts.NewGitFileGlobbing,
		IncludeHiddenDirectories: c.opts.IncludeHiddenDirectories,
		MaxRows:                  c.opts.MaxRows,
		Namespace:                c.set.Namespace,
		Name:                     c.set.Name,
		Notes:                    notes,
	})
	parts, err := c.evaluate(evaluator, wanted)
	if err != nil {
		return nil, nil, err
	}
	if missing := evaluator.Missing(); len(missing) > 0 {
		return nil, missing, nil
	}
	return parts, nil, nil
}

// evaluate runs every wanted entry, also after one failed: all errors are worth
// knowing.
func (c *compiled) evaluate(e *generators.Evaluator, wanted func(entry int) bool) ([]entryPart, error) {
	var parts []entryPart
	var errs []error
	for i := range c.set.Spec.Generators {
		if !wanted(i) {
			continue
		}
		found, err := evaluateEntry(e, i, &c.set.Spec.Generators[i])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for _, part := range found {
			parts = append(parts, entryPart{i, part})
		}
	}
	return parts, errors.Join(errs...)
}

// evaluateEntry turns a panic of a generator into its error.
func evaluateEntry(e *generators.Evaluator, i int, g *v1alpha1.ApplicationSetGenerator) (parts []generators.Part, err error) {
	path := fmt.Sprintf("generators[%d]", i)
	defer func() {
		if r := recover(); r != nil {
			parts, err = nil, fmt.Errorf("%s: panic: %v", path, r)
		}
	}()
	return e.Evaluate(path, g)
}

// rendered are rows with what came of them, in the order of their entries.
type rendered struct {
	jobs    []job
	entries []int // by index
}

// render renders the rows of parts, under what is left of the budget.
func (c *compiled) render(parts []entryPart) (out rendered, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = rendered{}, fmt.Errorf("template: panic: %v", r)
		}
	}()
	plain := make([]generators.Part, len(parts))
	for i, part := range parts {
		plain[i] = part.Part
		for range part.Rows {
			out.entries = append(out.entries, part.entry)
		}
	}
	if out.jobs, err = render(c.programs, plain, c.opts); err == nil {
		err = c.engine.Exhausted()
	}
	return out, err
}

// result sorts jobs, which are in the order of their entries.
func (c *compiled) result(jobs []job, in Inputs) Result {
	out := sort(jobs)
	out.Commits = commits(in)
	out.Generators = c.paths()
	return out
}

// paths are those of the set's generators, in order.
func (c *compiled) paths() []string {
	var out []string
	for i := range c.set.Spec.Generators {
		out = append(out, generators.Paths(i, &c.set.Spec.Generators[i])...)
	}
	return out
}

func commits(in Inputs) map[Repository]string {
	if len(in.Repositories) == 0 {
		return nil
	}
	out := make(map[Repository]string, len(in.Repositories))
	for repo, tree := range in.Repositories {
		out[repo] = tree.Commit
	}
	return out
}
