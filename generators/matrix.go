package generators

import (
	"fmt"
	"slices"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// matrix combines every row of one leg with every row of the next, which the
// rows before it may parameterize. Two legs are Argo CD's; more are allowed.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Matrix/.
func (e *Evaluator) matrix(path string, g *generator) ([]Row, error) {
	legs, err := e.legs(path, g.Matrix.Generators)
	if err != nil {
		return nil, err
	}
	rows, err := legs[0].rows(e, nil)
	if err != nil {
		return nil, err
	}
	for _, leg := range legs[1:] {
		if rows, err = e.cross(path, rows, leg); err != nil {
			return nil, err
		}
	}
	for i := range rows {
		rows[i].Origin.Generator = path
	}
	return rows, nil
}

func (e *Evaluator) cross(path string, before []Row, leg *leg) ([]Row, error) {
	if len(before) == 0 {
		e.options.Notes.count(leg.path+" combined", 0)
		return nil, nil
	}
	if err := leg.compile(e); err != nil {
		return nil, err
	}
	if leg.static() {
		after, err := leg.rows(e, nil)
		if err != nil {
			return nil, err
		}
		return e.crossStatic(before, after, leg.path)
	}
	var out []Row
	for i := range before {
		a := &before[i]
		after, err := leg.rows(e, a)
		if err != nil {
			return nil, err
		}
		if len(out)+len(after) > e.options.MaxRows {
			return nil, fmt.Errorf("more than %d combinations", e.options.MaxRows)
		}
		for _, b := range after {
			origin := a.Origin.with(b.Origin)
			params, err := e.combine(a.Params, b.Params)
			if err != nil {
				return nil, forRow(err, origin.Subject())
			}
			out = append(out, Row{params, origin})
		}
	}
	e.options.Notes.count(leg.path+" combined", len(out))
	return out, nil
}

// crossStatic is cross with a leg whose rows are known, on every processor.
func (e *Evaluator) crossStatic(before, after []Row, path string) ([]Row, error) {
	if len(after) > 0 && len(before) > e.options.MaxRows/len(after) {
		return nil, fmt.Errorf("more than %d combinations", e.options.MaxRows)
	}
	out := make([]Row, len(before)*len(after))
	var failed firstError
	InChunks(len(out), 0, func(start, end int) {
		for i := start; i < end; i++ {
			a, b := &before[i/len(after)], &after[i%len(after)]
			origin := a.Origin.with(b.Origin)
			params, err := e.combine(a.Params, b.Params)
			if err != nil {
				failed.add(i, forRow(err, origin.Subject()))
			}
			out[i] = Row{params, origin}
		}
	})
	e.options.Notes.count(path+" combined", len(out))
	return out, failed.err
}

// combine joins the parameters of two legs. Go templates let the earlier leg
// win; in fasttemplate mode a key with two values is an error.
func (e *Evaluator) combine(a, b Params) (Params, error) {
	if e.options.GoTemplate {
		return overlay(b, a), nil
	}
	out := make(Params, len(a)+len(b))
	for k, v := range a {
		out[k] = text(v)
	}
	var clashes []string
	for k, v := range b {
		value := text(v)
		if known, ok := out[k]; ok && known != value {
			clashes = append(clashes, k)
		}
		out[k] = value
	}
	if len(clashes) > 0 {
		clash := slices.Min(clashes)
		return nil, fmt.Errorf("key %q is %q in one leg and %q in another", clash, text(a[clash]), out[clash])
	}
	return out, nil
}

// legs reads the generators of a matrix or merge; path names it.
func (e *Evaluator) legs(path string, nested []v1alpha1.ApplicationSetNestedGenerator) ([]*leg, error) {
	if len(nested) < 2 {
		return nil, fmt.Errorf("holds %d generators; at least two are needed", len(nested))
	}
	legs := make([]*leg, len(nested))
	for i := range nested {
		var err error
		if legs[i], err = e.newLeg(path, i, &nested[i]); err != nil {
			return nil, err
		}
	}
	return legs, nil
}
