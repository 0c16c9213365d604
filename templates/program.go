package templates

import (
	"fmt"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Program is an Application template compiled once, with its templatePatch.
// It is safe for concurrent use.
type Program struct {
	object   *object[v1alpha1.Application]
	patch    *patch // nil: none
	preserve bool   // no default finalizer
}

// CompileApplication compiles a template of set. It is the set's own, or one
// that a generator overrode. The Applications it makes belong to the set's
// namespace whatever the template says: a set cannot reach out of it.
func (e *Engine) CompileApplication(set *v1alpha1.ApplicationSet, tmpl *v1alpha1.ApplicationSetTemplate) (*Program, error) {
	app := &v1alpha1.Application{Spec: tmpl.Spec}
	app.APIVersion, app.Kind = applicationAPIVersion, applicationKind
	app.Name = tmpl.Name
	app.Namespace = set.Namespace
	app.Labels = tmpl.Labels
	app.Annotations = tmpl.Annotations
	app.Finalizers = tmpl.Finalizers

	object, err := compileObject(e, app)
	if err != nil {
		return nil, fmt.Errorf("template.%w", err)
	}
	p := &Program{object: object}
	if policy := set.Spec.SyncPolicy; policy != nil {
		p.preserve = policy.PreserveResourcesOnDeletion
	}
	if set.Spec.TemplatePatch != nil {
		if p.patch, err = e.compilePatch(*set.Spec.TemplatePatch, app); err != nil {
			return nil, err
		}
	}
	return p, nil
}

const (
	applicationAPIVersion = "argoproj.io/v1alpha1"
	applicationKind       = "Application"
	// defaultProject is what a template without a project means.
	defaultProject = "default"
)

// Execute makes the Application of one parameter set. An Application without
// finalizers gets the one that removes its resources, unless the set preserves
// them; one without a project belongs to "default". The templatePatch comes
// last and cannot change the project.
func (p *Program) Execute(params Params) (*v1alpha1.Application, error) {
	app := &v1alpha1.Application{}
	if _, err := p.ExecuteInto(app, params); err != nil {
		return nil, err
	}
	return app, nil
}

// ExecuteInto is Execute into a value that the caller has, and says what it has
// cost. After an error the value means nothing.
func (p *Program) ExecuteInto(app *v1alpha1.Application, params Params) (cost Cost, err error) {
	x := p.object.unit.begin(params)
	defer func() { cost = cost.Plus(p.object.unit.end(x)) }()
	if err := p.object.render(x, app); err != nil {
		return cost, fmt.Errorf("template.%w", err)
	}
	if !p.preserve && len(app.Finalizers) == 0 {
		app.Finalizers = resourcesFinalizer
	}
	if p.patch != nil {
		if cost, err = p.patch.apply(app, params); err != nil {
			return cost, fmt.Errorf("templatePatch: %w", err)
		}
	}
	if app.Spec.Project == "" {
		app.Spec.Project = defaultProject
	}
	return cost, nil
}

var resourcesFinalizer = []string{v1alpha1.ResourcesFinalizerName}
