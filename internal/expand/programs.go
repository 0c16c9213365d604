package expand

import (
	"fmt"
	"reflect"

	"dario.cat/mergo"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/templates"
)

// programs compiles the set's template once, and one more for each generator
// that overrides parts of it.
type programs struct {
	set    *v1alpha1.ApplicationSet
	engine *templates.Engine
	own    *templates.Program
	others map[*v1alpha1.ApplicationSetTemplate]*templates.Program // by override, once compiled
}

// of returns the program for the rows of a generator. What its template leaves
// empty comes from the set's.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Template/#generator-templates.
func (p *programs) of(override *v1alpha1.ApplicationSetTemplate) (*templates.Program, error) {
	if override == nil || reflect.ValueOf(*override).IsZero() {
		var err error
		if p.own == nil {
			p.own, err = p.engine.CompileApplication(p.set, &p.set.Spec.Template)
		}
		return p.own, err
	}
	if known, ok := p.others[override]; ok {
		return known, nil
	}
	merged := override.DeepCopy()
	if err := mergo.Merge(merged, p.set.Spec.Template); err != nil {
		return nil, fmt.Errorf("template: merge into the set's: %w", err)
	}
	program, err := p.engine.CompileApplication(p.set, merged)
	if err != nil {
		return nil, err
	}
	if p.others == nil {
		p.others = map[*v1alpha1.ApplicationSetTemplate]*templates.Program{}
	}
	p.others[override] = program
	return program, nil
}
