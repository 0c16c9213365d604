package expand

import (
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/templates"
)

// templating gives generators the template languages, which they do not know.
type templating struct{ engine *templates.Engine }

func (t templating) Values(values map[string]string) (generators.Values, error) {
	return t.engine.CompileValues(values)
}

func (t templating) Generator(g *v1alpha1.ApplicationSetGenerator) (generators.Generator, error) {
	return t.engine.CompileGenerator(g)
}

func (t templating) Exhausted() error { return t.engine.Exhausted() }

func (t templating) DecodeYAML(doc []byte, into any) error {
	return t.engine.DecodeYAML(doc, into)
}
