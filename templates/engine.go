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
	return &Engine{opts: opts, totals: newTotals(opts.Budget)}, nil
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

func documentCost[T string | []byte](doc T) Cost { return Cost{Work: documentWeight * len(doc)} }

// DecodeYAML is the package's DecodeYAML under the engine's budget, which
// documents count against.
func (e *Engine) DecodeYAML(doc []byte, into any) error {
	if e.totals.add(documentCost(doc)); e.totals.spent() {
		return e.Exhausted()
	}
	return DecodeYAML(doc, into, e.opts.Budget)
}

// unit is a group of leaves that are compiled, and then executed, together.
type unit interface {
	// leaf compiles one text; nil means that it holds no template.
	leaf(text string) (leaf, error)
	// begin hands out what one goroutine needs to render one parameter set.
	begin(params Params) *execution
	// end takes it back and says what it has cost.
	end(*execution) Cost
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
