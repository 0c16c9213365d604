package templates

import "github.com/fairlead/fairlead/api/v1alpha1"

// Generator is a generator nested in a matrix, templated by the parameters of
// the generator before it.
type Generator struct {
	object *object[v1alpha1.ApplicationSetGenerator]
}

// CompileGenerator finds the templates in every field of a generator. Its
// values are lenient: see lenientMapNode.
func (e *Engine) CompileGenerator(g *v1alpha1.ApplicationSetGenerator) (*Generator, error) {
	object, err := compileObject(e, g)
	if err != nil {
		return nil, err
	}
	return &Generator{object}, nil
}

// Static says that the generator holds no template: every parameter set gives
// the same one.
func (g *Generator) Static() bool { return g.object.static() }

// Render makes the generator for one parameter set. Without any parameter the
// generator stays as written, as in Argo CD.
func (g *Generator) Render(params Params) (*v1alpha1.ApplicationSetGenerator, error) {
	if len(params) == 0 {
		return g.object.source, nil
	}
	x := g.object.unit.begin(params)
	defer g.object.unit.end(x)
	out := &v1alpha1.ApplicationSetGenerator{}
	return out, g.object.render(x, out)
}
