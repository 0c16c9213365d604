package generators

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leg is one generator inside a matrix or merge, compiled.
type leg struct {
	kind      kind
	path      string
	generator *generator
	compiled  Generator // nil for a leg that nothing parameterizes
	fixed     []Row     // the rows of a static leg, once known
	known     bool
}

// newLeg reads a nested generator. It must hold exactly one kind. Templates
// that it overrides have no meaning here and are passed over, as in Argo CD.
func (e *Evaluator) newLeg(path string, i int, nested *v1alpha1.ApplicationSetNestedGenerator, parameterized bool) (*leg, error) {
	at := fmt.Sprintf("%s[%d]", path, i)
	g, err := typed(nested)
	if err != nil {
		return nil, &pathError{at, err}
	}
	l := &leg{generator: g}
	for _, k := range e.kinds {
		if !k.present(g) {
			continue
		}
		if l.path != "" {
			return nil, &pathError{at, fmt.Errorf("holds both %s and %s: one generator each", l.kind.name, k.name)}
		}
		l.kind, l.path = k, at+"."+k.name
	}
	if l.path == "" {
		return nil, &pathError{at, errors.New("holds no generator")}
	}
	if parameterized {
		if l.compiled, err = e.templates.Generator(g); err != nil {
			return nil, l.fail(err)
		}
	}
	return l, nil
}

// rows evaluates the leg for one parameter set of the legs before it.
func (l *leg) rows(e *Evaluator, before *Row) ([]Row, error) {
	if l.known {
		return l.fixed, nil
	}
	g := l.generator
	if l.compiled != nil && !l.compiled.Static() {
		var err error
		if g, err = l.compiled.Render(before.Params); err != nil {
			return nil, l.fail(fmt.Errorf("%w for %s", err, before.Origin.Subject()))
		}
		return e.run(l.kind, l.path, g, l.generator.Selector)
	}
	rows, err := e.run(l.kind, l.path, g, l.generator.Selector)
	l.fixed, l.known = rows, err == nil
	return rows, err
}

// fail names the leg. Fields are named from the generator down, so its own
// name, which the path ends with, is dropped from them.
func (l *leg) fail(err error) error {
	return &pathError{l.path, &trimmedError{err, l.kind.name + "."}}
}

type trimmedError struct {
	err    error
	prefix string
}

func (e *trimmedError) Error() string { return strings.TrimPrefix(e.err.Error(), e.prefix) }
func (e *trimmedError) Unwrap() error { return e.err }

// typed makes a generator of a nested one, whose own matrix or merge is kept
// as JSON. Reading them as full generators allows any depth of nesting.
func typed(nested *v1alpha1.ApplicationSetNestedGenerator) (*generator, error) {
	g := &generator{
		List:                    nested.List,
		Clusters:                nested.Clusters,
		Git:                     nested.Git,
		SCMProvider:             nested.SCMProvider,
		ClusterDecisionResource: nested.ClusterDecisionResource,
		PullRequest:             nested.PullRequest,
		Plugin:                  nested.Plugin,
		Selector:                nested.Selector,
	}
	if nested.Matrix != nil {
		g.Matrix = &v1alpha1.MatrixGenerator{}
		if err := json.Unmarshal(nested.Matrix.Raw, g.Matrix); err != nil {
			return nil, fmt.Errorf("matrix: %w", err)
		}
	}
	if nested.Merge != nil {
		g.Merge = &v1alpha1.MergeGenerator{}
		if err := json.Unmarshal(nested.Merge.Raw, g.Merge); err != nil {
			return nil, fmt.Errorf("merge: %w", err)
		}
	}
	return g, nil
}
