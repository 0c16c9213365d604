package templates

import (
	"strings"
	"text/template/parse"
)

// textCompiler compiles a parsed Go template for the evaluator: text, fields,
// variables, literals, pipelines of functions it can call, if, with, range,
// break and continue. Anything else fails the whole text, which then stays
// text/template's.
type textCompiler struct {
	unit  *goUnit
	scope []string // names of the variables in sight; the index is the slot
	vars  int
	fails bool
}

// compileText returns nil for a text that stays text/template's.
func compileText(u *goUnit, tree *parse.Tree) *compiledText {
	c := &textCompiler{unit: u}
	out := &compiledText{body: c.list(tree.Root)}
	if c.fails {
		return nil
	}
	if len(out.body) == 1 {
		if a, ok := out.body[0].(action); ok {
			out.only = a.pipe
		}
	}
	out.vars = c.vars
	return out
}

func (c *textCompiler) list(list *parse.ListNode) block {
	if list == nil {
		return nil
	}
	var out block
	for _, node := range list.Nodes {
		if s := c.stmt(node); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func (c *textCompiler) stmt(node parse.Node) stmt {
	switch n := node.(type) {
	case *parse.TextNode:
		return literal(n.Text)
	case *parse.ActionNode:
		return c.action(n.Pipe)
	case *parse.IfNode:
		return c.condition(&n.BranchNode, false)
	case *parse.WithNode:
		return c.condition(&n.BranchNode, true)
	case *parse.RangeNode:
		return c.loop(&n.BranchNode)
	case *parse.BreakNode:
		return jump(breakLoop)
	case *parse.ContinueNode:
		return jump(continueLoop)
	case *parse.CommentNode:
		return nil
	}
	c.fails = true
	return nil
}

func (c *textCompiler) action(pipe *parse.PipeNode) stmt {
	if nodes, ok := stepNodes(pipe); ok {
		return charge(nodes)
	}
	e := c.commands(pipe)
	switch len(pipe.Decl) {
	case 0:
		return action{e}
	case 1:
		return assign{c.declare(pipe)[0], e}
	}
	c.fails = true
	return nil
}

// stepNodes recognizes the call that instrument puts into range bodies.
func stepNodes(pipe *parse.PipeNode) (int, bool) {
	args := pipe.Cmds[0].Args
	if name, ok := args[0].(*parse.IdentifierNode); !ok || name.Ident != stepName {
		return 0, false
	}
	return int(args[1].(*parse.NumberNode).Int64), true
}

// declare gives each variable that a pipeline declares or sets its slot.
func (c *textCompiler) declare(pipe *parse.PipeNode) []int {
	var slots []int
	for _, decl := range pipe.Decl {
		if pipe.IsAssign {
			slots = append(slots, c.slot(decl.Ident[0]))
			continue
		}
		c.fails = c.fails || decl.Ident[0] == "$" // which then no longer is the root
		slots = append(slots, len(c.scope))
		c.scope = append(c.scope, decl.Ident[0])
		c.vars = max(c.vars, len(c.scope))
	}
	return slots
}

// slot finds the innermost variable of that name.
func (c *textCompiler) slot(name string) int {
	for i := len(c.scope) - 1; i >= 0; i-- {
		if c.scope[i] == name {
			return i
		}
	}
	c.fails = true // $, which may be set like any other variable
	return 0
}

func (c *textCompiler) condition(n *parse.BranchNode, with bool) stmt {
	mark := len(c.scope)
	s := &condition{with: with, pipe: c.commands(n.Pipe)}
	s.slots = c.declare(n.Pipe)
	s.body, s.none = c.branches(n)
	c.scope = c.scope[:mark]
	return s
}

func (c *textCompiler) loop(n *parse.BranchNode) stmt {
	mark := len(c.scope)
	s := &loop{pipe: c.commands(n.Pipe)}
	s.slots = c.declare(n.Pipe)
	s.body, s.none = c.branches(n)
	c.scope = c.scope[:mark]
	return s
}

// branches compiles both lists; neither sees the other's variables.
func (c *textCompiler) branches(n *parse.BranchNode) (body, none block) {
	mark := len(c.scope)
	body = c.list(n.List)
	c.scope = c.scope[:mark]
	none = c.list(n.ElseList)
	c.scope = c.scope[:mark]
	return body, none
}

// commands compiles a pipeline without its variables.
func (c *textCompiler) commands(pipe *parse.PipeNode) expr {
	var last expr
	for _, cmd := range pipe.Cmds {
		last = c.command(cmd, last)
	}
	return last
}

func (c *textCompiler) command(cmd *parse.CommandNode, last expr) expr {
	if name, ok := cmd.Args[0].(*parse.IdentifierNode); ok {
		return c.call(name.Ident, cmd.Args[1:], last)
	}
	if len(cmd.Args) > 1 || last != nil {
		c.fails = true // arguments for something that is no function
		return constant{}
	}
	return c.operand(cmd.Args[0])
}

func (c *textCompiler) operand(node parse.Node) expr {
	switch n := node.(type) {
	case *parse.FieldNode:
		return dotPath(n.Ident)
	case *parse.DotNode:
		return dot{}
	case *parse.VariableNode:
		return below(c.variable(n.Ident[0]), n.Ident[1:])
	case *parse.ChainNode:
		if _, ok := n.Node.(*parse.PipeNode); ok {
			return below(c.operand(n.Node), n.Field)
		}
	case *parse.IdentifierNode:
		return c.call(n.Ident, nil, nil)
	case *parse.PipeNode:
		if len(n.Decl) == 0 { // else the order of evaluation decides what is in sight
			return c.commands(n)
		}
	case *parse.StringNode:
		return constant(textOf(n.Text))
	case *parse.BoolNode:
		return constant(boolOf(n.True))
	case *parse.NumberNode:
		if n.IsInt && strings.Trim(n.Text, "+-0123456789") == "" {
			return constant(intOf(int(n.Int64)))
		}
	}
	c.fails = true
	return constant{}
}

func (c *textCompiler) variable(name string) expr {
	if name == "$" {
		return root{}
	}
	return variable(c.slot(name))
}

func below(from expr, keys []string) expr {
	if len(keys) == 0 {
		return from
	}
	return &path{from, keys}
}

func (c *textCompiler) call(name string, nodes []parse.Node, last expr) expr {
	args := make([]expr, 0, len(nodes)+1)
	for _, node := range nodes {
		args = append(args, c.operand(node))
	}
	if name == "and" || name == "or" {
		c.fails = c.fails || len(args) == 0
		return &logic{or: name == "or", args: args, last: last}
	}
	if last != nil {
		args = append(args, last)
	}
	e := &funcCall{args: args, native: native(name, len(args))}
	e.invoke, e.slot = c.unit.invoker(name, len(args))
	c.fails = c.fails || e.native == nil && e.invoke == nil
	return e
}
