package generators

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leg is one generator inside a matrix or merge, compiled.
type leg struct {
	kind      kind
	path      string
	generator *generator
	compiled  Generator // nil for a leg that nothing parameterizes, and until compile
	fixed     []Row     // the rows of a static leg, once known
	known     bool
}

// newLeg reads a nested generator. It must hold exactly one kind. Templates
// that it overrides have no meaning here and are passed over, as in Argo CD.
func (e *Evaluator) newLeg(path string, i int, nested *v1alpha1.ApplicationSetNestedGenerator) (*leg, error) {
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
	return l, nil
}

// compile makes the leg one that rows before it parameterize. It is called for
// the first of them: what is wrong with a template that no row meets is no
// error, as in Argo CD.
func (l *leg) compile(e *Evaluator) error {
	if l.compiled != nil {
		return nil
	}
	var err error
	if l.compiled, err = e.templates.Generator(l.generator); err != nil {
		return l.fail(err)
	}
	return nil
}

// static says that the leg gives the same rows for every parameter set.
func (l *leg) static() bool { return l.compiled == nil || l.compiled.Static() }

// rows evaluates the leg for one parameter set of the legs before it.
func (l *leg) rows(e *Evaluator, before *Row) ([]Row, error) {
	if l.known {
		return l.fixed, nil
	}
	if !l.static() {
		g, err := l.compiled.Render(before.Params)
		if err != nil {
			return nil, l.fail(forRow(err, before.Origin.Subject()))
		}
		e.templated++
		defer func() { e.templated-- }()
		rows, err := e.run(l.kind, l.path, g, l.generator.Selector)
		if err != nil {
			return nil, forRow(err, before.Origin.Subject())
		}
		return rows, nil
	}
	rows, err := e.staticRows(l)
	l.fixed, l.known = rows, err == nil
	return rows, err
}

// fieldOfLeg begins the name of a field of a matrix or merge.
var fieldOfLeg = regexp.MustCompile(`^generators(\[\d+\]\.\w+)\.`)

// fail names the leg. Fields are named from the generator down, so its own
// name, which the path ends with, is dropped from them; legs within it are
// named as everywhere.
func (l *leg) fail(err error) error {
	path, text := l.path, strings.TrimPrefix(err.Error(), l.kind.name+".")
	for within := fieldOfLeg.FindStringSubmatch(text); within != nil; within = fieldOfLeg.FindStringSubmatch(text) {
		path, text = path+within[1], text[len(within[0]):]
	}
	return &pathError{path, &reworded{err, text}}
}

// reworded is an error with another text.
type reworded struct {
	err  error
	text string
}

func (e *reworded) Error() string { return e.text }
func (e *reworded) Unwrap() error { return e.err }

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
