package templates

import (
	"errors"
	"fmt"
	"reflect"
)

// object is a typed value compiled once: the value itself and the tree of its
// templated leaves. Rendering copies what leads to a leaf and shares the rest.
type object[T any] struct {
	source *T
	unit   unit
	root   node // nil: nothing in it is templated
}

// node renders one part of a value into dst, which holds a shallow copy of the
// part's source.
type node interface {
	render(x *execution, dst reflect.Value) error
}

// fieldError is an error in one field of a value.
type fieldError struct {
	path string
	err  error
}

func (e *fieldError) Error() string { return e.path + ": " + e.err.Error() }
func (e *fieldError) Unwrap() error { return e.err }

// compileObject finds the templates in every string of a value, map keys and
// free-form JSON included.
func compileObject[T any](e *Engine, source *T) (*object[T], error) {
	c := compiler{engine: e, unit: e.newUnit()}
	root, err := c.compile(reflect.ValueOf(source).Elem(), "")
	if err != nil {
		return nil, err
	}
	return &object[T]{source: source, unit: c.unit, root: root}, nil
}

func (o *object[T]) static() bool { return o.root == nil }

// render makes the value of one parameter set in out.
func (o *object[T]) render(x *execution, out *T) error {
	*out = *o.source
	if o.root == nil {
		return nil
	}
	return o.root.render(x, reflect.ValueOf(out).Elem())
}

// compiler walks a value once and collects its templates in units.
type compiler struct {
	engine *Engine
	unit   unit
	strict unit // for values of nested generators, made when first needed
}

func (c *compiler) strictUnit() unit {
	if c.strict == nil {
		c.strict = c.engine.newStrictUnit()
	}
	return c.strict
}

// text compiles one string; nil means that it is static.
func (c *compiler) text(text, path string) (leaf, error) {
	l, err := c.unit.leaf(text)
	if err != nil {
		return nil, &fieldError{path, err}
	}
	return l, nil
}

// textOrStatic is text with a leaf for static strings too.
func (c *compiler) textOrStatic(text, path string) (leaf, error) {
	l, err := c.text(text, path)
	if l == nil {
		l = staticLeaf(text)
	}
	return l, err
}

type staticLeaf string

func (s staticLeaf) render(*execution) (string, error) { return string(s), nil }

// atField adds the path of the field to an error, unless the error has one.
func atField(path string, err error) error {
	var known *fieldError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &fieldError{path, err}
}

func index(path string, i any) string {
	if s, ok := i.(string); ok {
		return fmt.Sprintf("%s[%q]", path, s)
	}
	return fmt.Sprintf("%s[%v]", path, i)
}
