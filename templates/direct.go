package templates

import "text/template/parse"

// directText is a Go template made of nothing but text and plain paths such as
// {{ .metadata.labels.region }}. Such a template is most of what users write,
// and walking the parameters costs a tenth of interpreting it. Whatever is not
// a present string is left to text/template, so there is one set of rules.
type directText struct {
	parts []directPart
	tail  string
}

type directPart struct {
	literal string
	path    []string
}

func newDirectText(tree *parse.Tree) *directText {
	d := &directText{}
	literal := ""
	for _, node := range tree.Root.Nodes {
		switch n := node.(type) {
		case *parse.TextNode:
			literal += string(n.Text)
		case *parse.ActionNode:
			path, ok := plainPath(n)
			if !ok {
				return nil
			}
			d.parts = append(d.parts, directPart{literal: literal, path: path})
			literal = ""
		default:
			return nil
		}
	}
	d.tail = literal
	return d
}

func plainPath(n *parse.ActionNode) ([]string, bool) {
	if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 1 {
		return nil, false
	}
	field, ok := n.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok {
		return nil, false
	}
	return field.Ident, true
}

// render reports false when any path is not a string: text/template decides.
func (d *directText) render(x *execution) (string, bool) {
	if len(d.parts) == 1 && d.parts[0].literal == "" && d.tail == "" {
		return lookup(x.params, d.parts[0].path)
	}
	out := x.out[:0]
	for i := range d.parts {
		value, ok := lookup(x.params, d.parts[i].path)
		if !ok {
			return "", false
		}
		out = append(append(out, d.parts[i].literal...), value...)
	}
	out = append(out, d.tail...)
	x.out = out
	return string(out), len(out) <= x.meter.budget.Output
}

func lookup(params Params, path []string) (string, bool) {
	for len(path) > 1 {
		switch next := params[path[0]].(type) {
		case map[string]any:
			params, path = next, path[1:]
		case map[string]string:
			if len(path) != 2 {
				return "", false
			}
			value, ok := next[path[1]]
			return value, ok
		default:
			return "", false
		}
	}
	value, ok := params[path[0]].(string)
	return value, ok
}
