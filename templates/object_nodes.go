package templates

import "reflect"

// stringNode is one templated string.
type stringNode struct {
	leaf leaf
	path string
}

func (n *stringNode) render(x *execution, dst reflect.Value) error {
	text, err := n.leaf.render(x)
	if err != nil {
		return atField(n.path, err)
	}
	dst.SetString(text)
	return nil
}

// child is a templated part of a struct or slice.
type child struct {
	index int
	node  node
}

type structNode []child

func (n structNode) render(x *execution, dst reflect.Value) error {
	for _, c := range n {
		if err := c.node.render(x, dst.Field(c.index)); err != nil {
			return err
		}
	}
	return nil
}

// pointerNode copies what its pointer points to.
type pointerNode struct{ elem node }

func (n *pointerNode) render(x *execution, dst reflect.Value) error {
	fresh := reflect.New(dst.Type().Elem())
	fresh.Elem().Set(dst.Elem())
	dst.Set(fresh)
	return n.elem.render(x, fresh.Elem())
}

// sliceNode copies its slice and renders the templated elements.
type sliceNode []child

func (n sliceNode) render(x *execution, dst reflect.Value) error {
	fresh := reflect.MakeSlice(dst.Type(), dst.Len(), dst.Len())
	reflect.Copy(fresh, dst)
	dst.Set(fresh)
	for _, c := range n {
		if err := c.node.render(x, fresh.Index(c.index)); err != nil {
			return err
		}
	}
	return nil
}

// stringMapNode is a map[string]string with a templated key or value. Entries
// stand in the order of their written keys, so a rendered key that meets
// another wins or loses the same way every time.
type stringMapNode struct {
	entries []stringEntry
	named   bool // a named map type: assigned through conversion
}

type stringEntry struct {
	key, value leaf
	path       string
}

func (n *stringMapNode) render(x *execution, dst reflect.Value) error {
	out := make(map[string]string, len(n.entries))
	for i := range n.entries {
		e := &n.entries[i]
		key, err := e.key.render(x)
		if err != nil {
			return atField(e.path, err)
		}
		if out[key], err = e.value.render(x); err != nil {
			return atField(e.path, err)
		}
	}
	if n.named {
		dst.Set(reflect.ValueOf(out).Convert(dst.Type()))
		return nil
	}
	*dst.Addr().Interface().(*map[string]string) = out
	return nil
}

// mapNode is any other map with string keys.
type mapNode []mapEntry

type mapEntry struct {
	key   leaf
	value reflect.Value
	node  node // nil: the value is static
	path  string
}

func (n mapNode) render(x *execution, dst reflect.Value) error {
	fresh := reflect.MakeMapWithSize(dst.Type(), len(n))
	for _, e := range n {
		key, err := e.key.render(x)
		if err != nil {
			return atField(e.path, err)
		}
		value := reflect.New(dst.Type().Elem()).Elem()
		value.Set(e.value)
		if e.node != nil {
			if err := e.node.render(x, value); err != nil {
				return err
			}
		}
		fresh.SetMapIndex(reflect.ValueOf(key).Convert(dst.Type().Key()), value)
	}
	dst.Set(fresh)
	return nil
}
