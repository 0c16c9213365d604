package templates

import (
	"fmt"
	"strings"
)

// Params is one parameter set. In fasttemplate mode the keys are flat
// ("metadata.labels.region") and only string values are substituted; in Go
// template mode it is the template's data. Rendering never changes it.
type Params = map[string]any

// Options say how an ApplicationSet's templates are to be read.
type Options struct {
	// GoTemplate chooses text/template with sprig over fasttemplate.
	GoTemplate bool
	// GoTemplateOptions are text/template's, such as missingkey=error.
	GoTemplateOptions []string
	// Budget bounds each parameter set.
	Budget Budget
}

// Engine compiles the templates of one ApplicationSet. It is safe for
// concurrent use, and so is everything that it compiles.
type Engine struct {
	opts   Options
	totals *totals
}

// NewEngine checks the options. An unknown Go template option is an error, as
// it would be in text/template.
func NewEngine(opts Options) (*Engine, error) {
	opts.Budget = opts.Budget.withDefaults()
	if opts.GoTemplate {
		for i, option := range opts.GoTemplateOptions {
			if !isGoTemplateOption(option) {
				return nil, fmt.Errorf("goTemplateOptions[%d]: %q is unknown: want missingkey=default, missingkey=zero or missingkey=error",
					i, option)
			}
		}
	}
	return &Engine{opts: opts, totals: &totals{budget: opts.Budget}}, nil
}

func isGoTemplateOption(option string) bool {
	switch option {
	case "missingkey=default", "missingkey=invalid", "missingkey=zero", "missingkey=error":
		return true
	}
	return false
}

// documentWeight charges documents of parameters so that all of a set's hold at
// most 32 MiB together, unless told otherwise.
const documentWeight = 16

// DecodeYAML is the package's DecodeYAML under the engine's budget, which
// documents count against.
func (e *Engine) DecodeYAML(doc []byte, into any) error {
	if e.totals.work.Add(int64(documentWeight * len(doc))); e.totals.spent() {
		return e.Exhausted()
	}
	return DecodeYAML(doc, into, e.opts.Budget)
}

// Exhausted is an error once the parameter sets rendered so far have together
// cost more than the budget's totals.
func (e *Engine) Exhausted() error {
	if !e.totals.spent() {
		return nil
	}
	b := e.opts.Budget
	return fmt.Errorf("%w: all parameter sets together cost more than %d steps, %d bytes of output or %d bytes of work",
		ErrBudget, b.TotalSteps, b.TotalOutput, b.TotalWork)
}

// unit is a group of leaves that are compiled, and then executed, together.
type unit interface {
	// leaf compiles one text; nil means that it holds no template.
	leaf(text string) (leaf, error)
	// begin hands out what one goroutine needs to render one parameter set.
	begin(params Params) *execution
	end(*execution)
}

// leaf is one compiled templated text.
type leaf interface {
	render(x *execution) (string, error)
}

func (e *Engine) newUnit() unit {
	if e.opts.GoTemplate {
		return newGoUnit(e.opts.GoTemplateOptions, e.totals)
	}
	return &fastUnit{totals: e.totals}
}

// newStrictUnit is newUnit with a missing key always an error.
func (e *Engine) newStrictUnit() unit {
	if !e.opts.GoTemplate {
		return e.newUnit()
	}
	options := []string{"missingkey=error"}
	for _, o := range e.opts.GoTemplateOptions {
		if !strings.HasPrefix(o, "missingkey=") {
			options = append(options, o)
		}
	}
	return newGoUnit(options, e.totals)
}
