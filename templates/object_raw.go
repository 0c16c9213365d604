package templates

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"sigs.k8s.io/yaml"
)

// rawNode is free-form JSON (JSON and RawExtension) with templated strings or
// keys. It is decoded once and encoded per parameter set, so that a value can
// never break out of its string.
type rawNode struct {
	value anyNode
	path  string
}

func (n *rawNode) render(x *execution, dst reflect.Value) error {
	value, err := n.value.render(x)
	if err != nil {
		return atField(n.path, err)
	}
	raw, err := json.Marshal(value)
	if err != nil {
		return atField(n.path, err)
	}
	setRaw(dst, raw)
	return nil
}

// staticRaw replaces free-form JSON by its normalized form.
type staticRaw []byte

func (n staticRaw) render(_ *execution, dst reflect.Value) error {
	setRaw(dst, n)
	return nil
}

func setRaw(dst reflect.Value, raw []byte) { dst.FieldByName("Raw").SetBytes(raw) }

// compileRaw decodes free-form JSON, which users may also write as a string of
// YAML. As in Argo CD, a null in an object is dropped.
func (c *compiler) compileRaw(v reflect.Value, path string) (node, error) {
	raw := v.FieldByName("Raw").Bytes()
	var decoded any
	if err := yaml.Unmarshal(raw, &decoded); err != nil {
		return nil, &fieldError{path, fmt.Errorf("decode: %w", err)}
	}
	dropped := dropNulls(decoded)
	n, err := c.compileAny(decoded, path)
	if err != nil {
		return nil, err
	}
	if n != nil {
		return &rawNode{value: n, path: path}, nil
	}
	if dropped || !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) {
		raw, err := json.Marshal(decoded)
		if err != nil {
			return nil, &fieldError{path, err}
		}
		return staticRaw(raw), nil
	}
	return nil, nil
}

// anyNode renders one decoded JSON value.
type anyNode interface {
	render(x *execution) (any, error)
}

// compileAny returns nil for a value without templates.
func (c *compiler) compileAny(v any, path string) (anyNode, error) {
	switch v := v.(type) {
	case string:
		l, err := c.text(v, path)
		if l == nil || err != nil {
			return nil, err
		}
		return anyText{l, path}, nil
	case []any:
		return c.compileAnyList(v, path)
	case map[string]any:
		return c.compileAnyMap(v, path)
	}
	return nil, nil
}

type anyText struct {
	leaf leaf
	path string
}

func (n anyText) render(x *execution) (any, error) {
	text, err := n.leaf.render(x)
	return text, atField(n.path, err)
}

type anyStatic struct{ value any }

func (n anyStatic) render(*execution) (any, error) { return n.value, nil }

type anyList []anyNode

func (n anyList) render(x *execution) (any, error) {
	out := make([]any, len(n))
	for i, e := range n {
		var err error
		if out[i], err = e.render(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *compiler) compileAnyList(list []any, path string) (anyNode, error) {
	out := make(anyList, len(list))
	templated := false
	for i, e := range list {
		n, err := c.compileAny(e, index(path, i))
		if err != nil {
			return nil, err
		}
		templated = templated || n != nil
		out[i] = orStatic(n, e)
	}
	if !templated {
		return nil, nil
	}
	return out, nil
}

type anyMap []anyEntry

type anyEntry struct {
	key   leaf
	value anyNode
	path  string
}

func (n anyMap) render(x *execution) (any, error) {
	out := make(map[string]any, len(n))
	for _, e := range n {
		key, err := e.key.render(x)
		if err != nil {
			return nil, atField(e.path, err)
		}
		if out[key], err = e.value.render(x); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *compiler) compileAnyMap(m map[string]any, path string) (anyNode, error) {
	out := make(anyMap, 0, len(m))
	templated := false
	for _, key := range slices.Sorted(maps.Keys(m)) {
		at := path + "." + key
		k, err := c.textOrStatic(key, at)
		if err != nil {
			return nil, err
		}
		n, err := c.compileAny(m[key], at)
		if err != nil {
			return nil, err
		}
		templated = templated || !isStatic(k) || n != nil
		out = append(out, anyEntry{key: k, value: orStatic(n, m[key]), path: at})
	}
	if !templated {
		return nil, nil
	}
	return out, nil
}

func orStatic(n anyNode, v any) anyNode {
	if n != nil {
		return n
	}
	return anyStatic{v}
}

// dropNulls deletes the nulls of objects, and says whether there were any.
func dropNulls(v any) bool {
	dropped := false
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if e == nil {
				delete(v, k)
				dropped = true
			} else if dropNulls(e) {
				dropped = true
			}
		}
	case []any:
		for _, e := range v {
			if dropNulls(e) {
				dropped = true
			}
		}
	}
	return dropped
}
