package templates

import "text/template/parse"

// instrument rewrites one parse tree so that a meter sees it run: text/template
// cannot be stopped from outside, so every range body and every defined
// template starts with a call that charges its nodes, and a defined template
// also counts its depth. It notes the functions that the tree names, and moves
// the templates that it defines into a namespace of its own.
type instrument struct {
	prefix string
	tree   *parse.Tree
	used   map[string]bool
}

// scoped is the name under which a template defined in this text is kept.
func (in instrument) scoped(name string) string { return in.prefix + "/" + name }

// body makes a defined template charge its nodes and its depth.
func (in instrument) body(list *parse.ListNode) {
	nodes := append([]parse.Node{callNode(enterName, weigh(list))}, list.Nodes...)
	list.Nodes = append(nodes, callNode(leaveName))
}

func (in instrument) list(list *parse.ListNode) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		in.node(node)
	}
}

func (in instrument) node(node parse.Node) {
	switch n := node.(type) {
	case *parse.ActionNode:
		in.pipe(n.Pipe)
	case *parse.IfNode:
		in.branch(&n.BranchNode)
	case *parse.WithNode:
		in.branch(&n.BranchNode)
	case *parse.RangeNode:
		in.branch(&n.BranchNode)
		n.List.Nodes = append([]parse.Node{callNode(stepName, weigh(n.List))}, n.List.Nodes...)
	case *parse.TemplateNode:
		in.pipe(n.Pipe)
		n.Name = in.scoped(n.Name)
	case *parse.PipeNode:
		in.pipe(n)
	case *parse.IdentifierNode:
		in.used[n.Ident] = true
	case *parse.ChainNode:
		in.node(n.Node)
	}
}

func (in instrument) branch(b *parse.BranchNode) {
	in.pipe(b.Pipe)
	in.list(b.List)
	in.list(b.ElseList)
}

func (in instrument) pipe(pipe *parse.PipeNode) {
	if pipe == nil {
		return
	}
	for _, cmd := range pipe.Cmds {
		for _, arg := range cmd.Args {
			in.node(arg)
		}
	}
}

// weigh counts the nodes that one pass through a list executes, itself
// included; a nested range charges for its own body.
func weigh(list *parse.ListNode) int {
	if list == nil {
		return 0
	}
	total := 1
	for _, node := range list.Nodes {
		total++
		switch n := node.(type) {
		case *parse.ActionNode:
			total += weighPipe(n.Pipe)
		case *parse.IfNode:
			total += weighPipe(n.Pipe) - 1 + weigh(n.List) + weigh(n.ElseList)
		case *parse.WithNode:
			total += weighPipe(n.Pipe) - 1 + weigh(n.List) + weigh(n.ElseList)
		case *parse.RangeNode:
			total += weighPipe(n.Pipe) - 1
		case *parse.TemplateNode:
			total += weighPipe(n.Pipe)
		}
	}
	return total
}

// weighPipe counts commands, with those in parentheses.
func weighPipe(pipe *parse.PipeNode) int {
	if pipe == nil {
		return 0
	}
	total := len(pipe.Cmds)
	for _, cmd := range pipe.Cmds {
		for _, arg := range cmd.Args {
			if chain, ok := arg.(*parse.ChainNode); ok {
				arg = chain.Node
			}
			if nested, ok := arg.(*parse.PipeNode); ok {
				total += weighPipe(nested)
			}
		}
	}
	return total
}
