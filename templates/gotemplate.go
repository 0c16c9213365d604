package templates

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"
)

// goUnit compiles Go templates into one group, so that an execution binds the
// functions once for all of them. Each text keeps its own namespace for the
// templates that it defines.
type goUnit struct {
	options []string
	totals  *totals

	root    *template.Template
	used    map[string]bool // functions that any leaf names
	mutates bool            // a leaf names one of mutators
	slots   []string        // functions that the evaluator calls
	leaves  int
	pool    sync.Pool // of *execution
}

func newGoUnit(options []string, totals *totals) *goUnit {
	return &goUnit{
		options: options,
		totals:  totals,
		root:    template.New("").Option(options...),
		used:    map[string]bool{},
	}
}

// goLeaf names a template of its unit's group.
type goLeaf struct {
	name     string
	unit     *goUnit
	compiled *compiledText // the same text for the evaluator, or nil
}

// leaf parses a text, meters its range and template bodies, and adds it to the
// group. A text without an action is no template.
func (u *goUnit) leaf(text string) (leaf, error) {
	if !strings.Contains(text, open) {
		return nil, nil
	}
	name := leafName + strconv.Itoa(u.leaves)
	u.leaves++
	trees, err := parse.Parse(name, text, "", "", parseNames, builtins)
	if err != nil {
		return nil, explain(err)
	}
	for _, tree := range trees {
		in := instrument{prefix: name, tree: tree, used: u.used}
		in.list(tree.Root)
		if tree.Name != name {
			in.body(tree.Root)
			tree.Name = in.scoped(tree.Name)
		}
	}
	for _, tree := range trees {
		if _, err := u.root.AddParseTree(tree.Name, tree); err != nil {
			return nil, explain(err)
		}
	}
	for fn := range u.used {
		u.mutates = u.mutates || mutators[fn] != nil
	}
	return &goLeaf{name: name, unit: u, compiled: compileText(u, trees[name])}, nil
}

// leafName starts the names of texts: one that users give to no template.
const leafName = "\x00"

// begin takes an execution from the pool, or makes one with functions bound to
// a meter of its own.
func (u *goUnit) begin(params Params) *execution {
	x, ok := u.pool.Get().(*execution)
	if !ok {
		x = u.newExecution()
	}
	x.start(params)
	if u.mutates && !x.spent {
		x.params = deepCopy(params).(map[string]any)
	}
	return x
}

func (u *goUnit) newExecution() *execution {
	m := &meter{budget: u.totals.budget, totals: u.totals}
	x := &execution{totals: u.totals, meter: m, bound: make([]any, len(u.slots))}
	functions := bind(m, u.slots)
	for i, name := range u.slots {
		x.bound[i] = functions[name]
	}
	return x
}

// interpreter is the group for text/template, bound to the execution's meter.
func (u *goUnit) interpreter(x *execution) *template.Template {
	if x.root == nil {
		functions := bind(x.meter, slices.Collect(maps.Keys(u.used)))
		maps.Copy(functions, map[string]any{stepName: x.meter.step, enterName: x.meter.enter, leaveName: x.meter.leave})
		x.root = template.Must(u.root.Clone()).Funcs(functions) // fails only after an execution, which u.root never sees
	}
	return x.root
}

func (u *goUnit) end(x *execution) Cost {
	cost := x.finish()
	x.dot = value{}
	clear(x.vars)
	clear(x.stack[:cap(x.stack)])
	u.pool.Put(x)
	return cost
}

func (l *goLeaf) render(x *execution) (string, error) {
	if x.spent {
		return "", x.totals.exhausted()
	}
	if l.compiled != nil {
		if text, ok := l.compiled.render(x); ok {
			return x.produce(text)
		}
		if x.meter.failed != nil {
			return "", x.meter.failed // text/template would come to the same
		}
	}
	x.meter.depth = 0
	out := output{buf: x.out[:0], limit: x.meter.budget.Output}
	err := l.unit.interpreter(x).ExecuteTemplate(&out, l.name, x.params)
	x.out = out.buf
	if err != nil {
		return "", explain(err)
	}
	return x.produce(string(out.buf))
}

// deepCopy copies the maps and slices of a parameter set.
func deepCopy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = deepCopy(e)
		}
		return out
	case map[string]string:
		return maps.Clone(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = deepCopy(e)
		}
		return out
	case []map[string]any:
		out := make([]map[string]any, len(v))
		for i, e := range v {
			out[i] = deepCopy(e).(map[string]any)
		}
		return out
	case []string:
		return append([]string(nil), v...)
	}
	return v
}

// step nodes call these. Users cannot: the parser does not know the names.
const (
	stepName  = "fairleadStep"
	enterName = "fairleadEnter"
	leaveName = "fairleadLeave"
)

var meterNames = map[string]any{stepName: true, enterName: true, leaveName: true}

// callNode builds an action that calls one of the meter's functions.
func callNode(name string, args ...int) parse.Node {
	text := "{{" + name
	for _, arg := range args {
		text += fmt.Sprintf(" %d", arg)
	}
	trees, err := parse.Parse(name, text+"}}", "", "", meterNames)
	if err != nil {
		panic(err) // a fixed text: only a programming error can fail here
	}
	return trees[name].Root.Nodes[0]
}
