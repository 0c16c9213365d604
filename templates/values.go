package templates

import (
	"errors"
	"maps"
	"reflect"
	"slices"
)

// Values is the values map of a generator, compiled.
type Values struct {
	unit unit
	keys []string
	text []leaf
	// static is what Render gives if nothing is templated.
	static map[string]string
}

// CompileValues compiles the values of a generator. Only the values are
// templates; the keys stay as written.
func (e *Engine) CompileValues(values map[string]string) (*Values, error) {
	v := &Values{unit: e.newUnit(), keys: slices.Sorted(maps.Keys(values))}
	c := compiler{engine: e, unit: v.unit}
	for _, key := range v.keys {
		l, err := c.textOrStatic(values[key], index("values", key))
		if err != nil {
			return nil, err
		}
		v.text = append(v.text, l)
	}
	if !slices.ContainsFunc(v.text, func(l leaf) bool { return !isStatic(l) }) {
		v.static = maps.Clone(values)
	}
	return v, nil
}

// Render resolves every value against params alone: values do not see each
// other, so they cannot grow on each other. The result may be shared: it is read
// only.
func (v *Values) Render(params Params) (map[string]string, error) {
	if v.static != nil {
		return v.static, nil
	}
	x := v.unit.begin(params)
	defer v.unit.end(x)
	out := make(map[string]string, len(v.keys))
	for i, key := range v.keys {
		text, err := v.text[i].render(x)
		if err != nil {
			return nil, atField(index("values", key), err)
		}
		out[key] = text
	}
	return out, nil
}

// lenientMapNode is the values map of a generator inside a matrix. What the
// earlier leg provides is resolved now; a value that reads a key it does not
// provide stays a template, for the generator itself to resolve.
type lenientMapNode struct {
	unit    unit
	entries []lenientEntry
}

type lenientEntry struct {
	key, written string
	leaf         leaf
	path         string
}

func (c *compiler) compileLenientMap(v reflect.Value, path string) (node, error) {
	n := &lenientMapNode{unit: c.strictUnit()}
	templated := false
	for _, key := range sortedMapKeys(v) {
		e := lenientEntry{key: key.String(), written: v.MapIndex(key).String(), path: index(path, key.String())}
		var err error
		if e.leaf, err = n.unit.leaf(e.written); err != nil {
			return nil, &fieldError{e.path, err}
		}
		templated = templated || e.leaf != nil
		n.entries = append(n.entries, e)
	}
	if !templated {
		return nil, nil
	}
	return n, nil
}

func (n *lenientMapNode) render(x *execution, dst reflect.Value) error {
	own := n.unit.begin(x.params)
	defer n.unit.end(own)
	out := make(map[string]string, len(n.entries))
	for _, e := range n.entries {
		if e.leaf == nil {
			out[e.key] = e.written
			continue
		}
		text, err := e.leaf.render(own)
		var missing *MissingKeyError
		switch {
		case err == nil:
			out[e.key] = text
		case errors.As(err, &missing):
			out[e.key] = e.written
		default:
			return atField(e.path, err)
		}
	}
	dst.Set(reflect.ValueOf(out))
	return nil
}
