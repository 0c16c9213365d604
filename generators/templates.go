package generators

import "github.com/fairlead/fairlead/api/v1alpha1"

// Params is one parameter set: flat string keys in fasttemplate mode, the
// template's data in Go template mode.
type Params = map[string]any

// Templates compiles what generators let users template.
type Templates interface {
	// Values compiles the values of a generator.
	Values(values map[string]string) (Values, error)
	// Generator compiles a generator that an earlier leg of a matrix
	// parameterizes.
	Generator(g *v1alpha1.ApplicationSetGenerator) (Generator, error)
	// DecodeYAML decodes a document under the budget of the set.
	DecodeYAML(doc []byte, into any) error
}

// exhausted is the error of a set whose parameter sets have together cost too
// much, if its templates keep count.
func (e *Evaluator) exhausted() error {
	if counting, ok := e.templates.(interface{ Exhausted() error }); ok {
		return counting.Exhausted()
	}
	return nil
}

// Values are compiled values.
type Values interface {
	Render(params Params) (map[string]string, error)
}

// Generator is a compiled generator.
type Generator interface {
	// Static says that Render always gives the same generator.
	Static() bool
	Render(params Params) (*v1alpha1.ApplicationSetGenerator, error)
}
