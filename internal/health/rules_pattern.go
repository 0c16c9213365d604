package health

import (
	"fmt"
	"regexp/syntax"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
)

// patterns admits those patterns of matches that are written in the rule and
// small: one that comes from an object could be of any size. (CEL's own limit
// panics on repetitions such as a{2}.)
type patterns struct{}

func (patterns) Name() string { return "fairlead.health.patterns" }

func (patterns) Validate(_ *cel.Env, _ cel.ValidatorConfig, tree *ast.AST, issues *cel.Issues) {
	for _, call := range ast.MatchDescendants(ast.NavigateAST(tree), ast.FunctionMatcher("matches")) {
		args := call.AsCall().Args()
		if len(args) == 0 {
			continue
		}
		last := args[len(args)-1]
		var pattern string
		isText := false
		if last.Kind() == ast.LiteralKind {
			pattern, isText = last.AsLiteral().Value().(string)
		}
		if !isText {
			issues.ReportErrorAtID(call.ID(), "the pattern of matches must be written out")
			continue
		}
		if err := checkPattern(pattern); err != nil {
			issues.ReportErrorAtID(last.ID(), "%s", err)
		}
	}
}

// checkPattern compiles a pattern as package regexp does, and measures it.
func checkPattern(pattern string) error {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return err
	}
	if size := len(program.Inst); size > patternLimit {
		return fmt.Errorf("the pattern compiles to %d instructions; at most %d are allowed", size, patternLimit)
	}
	return nil
}
