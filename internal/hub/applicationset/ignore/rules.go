package ignore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// jqPatience bounds one jq expression over one Application: an Application is
// small, and an expression that takes longer does not end.
const jqPatience = 250 * time.Millisecond

// Rules are the compiled ignoreApplicationDifferences of a set: fields of
// Applications that keep what others wrote.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Controlling-Resource-Modification/
type Rules []rule

// rule is one entry: for the Application of that name, or for all.
type rule struct {
	name     string
	pointers [][]string
	queries  []query
}

// query deletes what a jq expression selects.
type query struct {
	code  *gojq.Code
	field string // where the set says it
}

// Compile reads a set's rules. jq sees neither the environment nor
// any input but the Application.
func Compile(set *v1alpha1.ApplicationSet) (Rules, error) {
	var out Rules
	for i, entry := range set.Spec.IgnoreApplicationDifferences {
		one := rule{name: entry.Name}
		at := fmt.Sprintf("spec.ignoreApplicationDifferences[%d]", i)
		for p, pointer := range entry.JSONPointers {
			tokens, err := parsePointer(pointer)
			if err != nil {
				return nil, fmt.Errorf("%s.jsonPointers[%d]: %w", at, p, err)
			}
			one.pointers = append(one.pointers, tokens)
		}
		for q, expression := range entry.JQPathExpressions {
			field := fmt.Sprintf("%s.jqPathExpressions[%d]", at, q)
			code, err := compileDelete(expression)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", field, expression, err)
			}
			one.queries = append(one.queries, query{code, field})
		}
		out = append(out, one)
	}
	return out, nil
}

// compileDelete compiles del(expression); the expression is parsed by itself
// first, so that it cannot leave the parentheses.
func compileDelete(expression string) (*gojq.Code, error) {
	parsed, err := gojq.Parse(expression)
	if err != nil {
		return nil, err
	}
	whole, err := gojq.Parse("del(" + parsed.String() + ")")
	if err != nil {
		return nil, err
	}
	return gojq.Compile(whole)
}

// parsePointer splits an RFC 6901 pointer.
func parsePointer(pointer string) ([]string, error) {
	rest, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return nil, fmt.Errorf("%q is not a JSON pointer: it starts with a slash", pointer)
	}
	tokens := strings.Split(rest, "/")
	for i, t := range tokens {
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(t)
	}
	return tokens, nil
}

// of are the rules for the Application of that name.
func (g Rules) of(name string) Rules {
	var out Rules
	for _, one := range g {
		if one.name == "" || one.name == name {
			out = append(out, one)
		}
	}
	return out
}

// Keep gives the ignored fields of want what live has, and leaves want alone
// where no rule names it.
func (g Rules) Keep(live, want *v1alpha1.Application) error {
	rules := g.of(want.Name)
	if len(rules) == 0 {
		return nil
	}
	l, err := rules.strip(live)
	if err != nil {
		return err
	}
	w, err := rules.strip(want)
	if err != nil {
		return err
	}
	return fromTree(combine(l, w), want)
}

// stripped is an Application as a tree, whole and without what is ignored.
type stripped struct{ whole, bare any }

func (g Rules) strip(app *v1alpha1.Application) (stripped, error) {
	whole, err := toTree(app)
	if err != nil {
		return stripped{}, err
	}
	bare, err := toTree(app)
	if err != nil {
		return stripped{}, err
	}
	for _, one := range g {
		for _, tokens := range one.pointers {
			bare = withoutPointer(bare, tokens)
		}
		for _, q := range one.queries {
			if bare, err = q.run(bare); err != nil {
				return stripped{}, err
			}
		}
	}
	return stripped{whole, bare}, nil
}

// run deletes what the query selects. A query that does not fit this
// Application selects nothing.
func (q query) run(tree any) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), jqPatience)
	defer cancel()
	out, ok := q.code.RunWithContext(ctx, tree).Next()
	err, failed := out.(error)
	switch {
	case !ok || failed && !errors.Is(err, context.DeadlineExceeded):
		return tree, nil
	case failed:
		return nil, fmt.Errorf("%s: takes longer than %s", q.field, jqPatience)
	default:
		return out, nil
	}
}
