package generators

import (
	"cmp"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Options are the switches of Argo CD that change what generators see.
type Options struct {
	// GoTemplate is the set's mode: it shapes the parameters.
	GoTemplate bool
	// NewGitFileGlobbing matches git files with path globs (** crosses
	// directories, * does not) in place of Git's own patterns.
	NewGitFileGlobbing bool
	// IncludeHiddenDirectories lets git directories see names that start with
	// a dot.
	IncludeHiddenDirectories bool
	// MaxRows bounds the parameter sets of one generator; 0 means 100,000.
	MaxRows int
	// Namespace of the set: where the Secrets and ConfigMaps are that its
	// generators name.
	Namespace string
	// Name of the set, which plugins are told.
	Name string
	// Notes are written if they are given; see Notes.
	Notes *Notes
}

const defaultMaxRows = 100_000

func withDefaultRows(maxRows int) int { return cmp.Or(maxRows, defaultMaxRows) }

// Evaluator evaluates the generators of one set against one set of inputs.
type Evaluator struct {
	kinds     []kind
	inputs    Inputs
	options   Options
	templates Templates
	missing   requests
	selected  map[string]selection // clusters by selector, see clusters.go
	compared  int                  // paths with patterns, see git_bounds.go
	templated int                  // legs being evaluated that an earlier leg templates
}

// NewEvaluator prepares an evaluation. It is used by one goroutine.
func NewEvaluator(in Inputs, templates Templates, opts Options) *Evaluator {
	opts.MaxRows = withDefaultRows(opts.MaxRows)
	return &Evaluator{
		kinds:     allKinds(),
		inputs:    in,
		options:   opts,
		templates: templates,
		missing:   newRequests(),
		selected:  map[string]selection{},
	}
}

// Missing lists the inputs that Evaluate asked for and did not have. While
// there are any, the rows are incomplete and of no use.
func (e *Evaluator) Missing() []Request { return e.missing.sorted() }

// Part is what one generator of an entry gives: an entry may hold several, and
// each may override the template.
type Part struct {
	// Path of the generator in the set, for messages.
	Path string
	// Template overrides fields of the set's template; nil overrides nothing.
	Template *v1alpha1.ApplicationSetTemplate
	Rows     []Row
}

// Evaluate runs one entry of spec.generators, which path names. An entry
// without a known generator gives nothing.
func (e *Evaluator) Evaluate(path string, g *v1alpha1.ApplicationSetGenerator) ([]Part, error) {
	var parts []Part
	for _, k := range e.kinds {
		if !k.present(g) {
			continue
		}
		at := path + "." + k.name
		rows, err := e.run(k, at, g, g.Selector)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Path: at, Template: k.template(g), Rows: rows})
	}
	return parts, nil
}

// run evaluates one generator and filters its rows by selector, which is taken
// as written: a matrix does not template the selectors of its legs.
func (e *Evaluator) run(k kind, path string, g *v1alpha1.ApplicationSetGenerator, selector *metav1.LabelSelector) ([]Row, error) {
	keep, err := newPostSelector(selector)
	if err != nil {
		return nil, at(path, err)
	}
	rows, err := k.rows(e, path, g)
	if err != nil {
		return nil, at(path, err)
	}
	if len(rows) > e.options.MaxRows {
		return nil, at(path, fmt.Errorf("%d parameter sets; at most %d are allowed", len(rows), e.options.MaxRows))
	}
	e.options.Notes.count(path, len(rows))
	return keep.filter(rows), nil
}

// pathError is an error that already names its generator.
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string { return e.path + ": " + e.err.Error() }
func (e *pathError) Unwrap() error { return e.err }

// at names the generator of an error, unless a nested one has done so.
func at(path string, err error) error {
	var named *pathError
	if errors.As(err, &named) {
		return err
	}
	return &pathError{path, err}
}
