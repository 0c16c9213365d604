package templates

import (
	"reflect"
	"slices"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

var (
	jsonType         = reflect.TypeFor[apiextensionsv1.JSON]()
	rawExtensionType = reflect.TypeFor[runtime.RawExtension]()
	stringMapType    = reflect.TypeFor[map[string]string]()
)

// compile returns the node of a value, or nil if nothing in it is templated.
func (c *compiler) compile(v reflect.Value, path string) (node, error) {
	switch v.Kind() {
	case reflect.String:
		l, err := c.text(v.String(), path)
		if l == nil || err != nil {
			return nil, err
		}
		return &stringNode{leaf: l, path: path}, nil
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		elem, err := c.compile(v.Elem(), path)
		if elem == nil || err != nil {
			return nil, err
		}
		return &pointerNode{elem}, nil
	case reflect.Struct:
		return c.compileStruct(v, path)
	case reflect.Slice:
		return c.compileSlice(v, path)
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String || v.Len() == 0 {
			return nil, nil
		}
		if v.Type().ConvertibleTo(stringMapType) {
			return c.compileStringMap(c.unit, v, path)
		}
		return c.compileMap(v, path)
	}
	return nil, nil
}

func (c *compiler) compileStruct(v reflect.Value, path string) (node, error) {
	switch t := v.Type(); {
	case t == jsonType || t == rawExtensionType:
		return c.compileRaw(v, path)
	case t.PkgPath() == "time":
		return nil, nil
	}
	var out structNode
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !field.IsExported() {
			continue
		}
		at := join(path, field)
		n, err := c.compileField(v, field, i, at)
		if err != nil {
			return nil, err
		}
		if n != nil {
			out = append(out, child{i, n})
		}
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

// compileField sets the values of nested generators apart: what they read may
// come from the generator that they belong to, which runs later.
func (c *compiler) compileField(v reflect.Value, field reflect.StructField, i int, path string) (node, error) {
	if field.Name == "Values" && field.Type == stringMapType && strings.HasSuffix(v.Type().Name(), "Generator") {
		return c.compileLenientMap(v.Field(i), path)
	}
	return c.compile(v.Field(i), path)
}

func (c *compiler) compileSlice(v reflect.Value, path string) (node, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return nil, nil
	}
	var out sliceNode
	for i := range v.Len() {
		n, err := c.compile(v.Index(i), index(path, i))
		if err != nil {
			return nil, err
		}
		if n != nil {
			out = append(out, child{i, n})
		}
	}
	if out == nil {
		return nil, nil
	}
	return out, nil
}

func (c *compiler) compileStringMap(u unit, v reflect.Value, path string) (node, error) {
	within := *c
	within.unit = u
	n := &stringMapNode{named: v.Type() != stringMapType}
	templated := false
	for _, key := range sortedMapKeys(v) {
		at := index(path, key.String())
		k, err := within.textOrStatic(key.String(), at)
		if err != nil {
			return nil, err
		}
		value, err := within.textOrStatic(v.MapIndex(key).String(), at)
		if err != nil {
			return nil, err
		}
		templated = templated || !isStatic(k) || !isStatic(value)
		n.entries = append(n.entries, stringEntry{key: k, value: value, path: at})
	}
	if !templated {
		return nil, nil
	}
	return n, nil
}

func (c *compiler) compileMap(v reflect.Value, path string) (node, error) {
	var out mapNode
	templated := false
	for _, key := range sortedMapKeys(v) {
		at := index(path, key.String())
		k, err := c.textOrStatic(key.String(), at)
		if err != nil {
			return nil, err
		}
		value, err := c.compile(v.MapIndex(key), at)
		if err != nil {
			return nil, err
		}
		templated = templated || !isStatic(k) || value != nil
		out = append(out, mapEntry{key: k, value: v.MapIndex(key), node: value, path: at})
	}
	if !templated {
		return nil, nil
	}
	return out, nil
}

func isStatic(l leaf) bool {
	_, ok := l.(staticLeaf)
	return ok
}

func sortedMapKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}

// join extends a path by a field's JSON name; an inlined field adds nothing.
func join(path string, field reflect.StructField) string {
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	if name == "" && (field.Anonymous || strings.Contains(options, "inline")) {
		return path
	}
	if name == "" {
		name = field.Name
	}
	if path == "" {
		return name
	}
	return path + "." + name
}
