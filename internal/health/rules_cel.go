package health

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
)

// Bounds of one expression. They are counted, not timed: every machine agrees.
const (
	costLimit    = 20_000 // CEL's cost units; a look at 20 conditions costs about 150
	nodeLimit    = 1_000
	depthLimit   = 50
	nestingLimit = 2   // exists, all, map, filter within each other
	patternLimit = 500 // instructions of a compiled pattern
)

// compiler of expressions (https://cel.dev) over one variable, object. There
// is no clock, and of functions the standard ones alone: CEL accounts for
// their cost.
type compiler struct{ env *cel.Env }

func newCompiler() (*compiler, error) {
	env, err := cel.NewEnv(
		cel.Variable("object", cel.MapType(cel.StringType, cel.DynType)),
		cel.OptionalTypes(),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(MaxExpression),
		cel.ParserRecursionLimit(depthLimit),
		cel.ExpressionNodeLimit(nodeLimit),
		cel.ASTValidators(patterns{}, cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(),
			cel.ValidateComprehensionNestingLimit(nestingLimit)),
	)
	if err != nil {
		return nil, fmt.Errorf("set up CEL: %w", err)
	}
	return &compiler{env}, nil
}

// expression is a compiled one.
type expression struct {
	source  string
	program cel.Program
}

// expression compiles source, whose result must be of a type: "bool" or
// "string". A panic of the compiler is an error of the rule: a rule must not
// end a process.
func (c *compiler) expression(source, result string) (out *expression, bad *RuleError) {
	defer func() {
		if cause := recover(); cause != nil {
			out, bad = nil, &RuleError{Reason: cut(fmt.Sprintf("the CEL compiler panics: %v", cause))}
		}
	}()
	tree, issues := c.env.Compile(source)
	if issues.Err() != nil {
		first := issues.Errors()[0]
		return nil, &RuleError{Line: first.Location.Line(), Column: first.Location.Column() + 1, Reason: cut(first.Message)}
	}
	if kind := tree.OutputType(); kind.String() != result && !kind.IsExactType(cel.DynType) {
		return nil, &RuleError{Line: 1, Column: 1, Reason: fmt.Sprintf("is a %s, not a %s", kind, result)}
	}
	program, err := c.env.Program(tree, cel.CostLimit(costLimit), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, &RuleError{Reason: cut(err.Error())}
	}
	return &expression{source: strings.TrimSpace(source), program: program}, nil
}

// holds evaluates a condition. One that needs what is not there does not hold.
func (e *expression) holds(fields any) (bool, error) {
	value, err := e.eval(fields)
	if err != nil {
		if absent.MatchString(err.Error()) {
			return false, nil
		}
		return false, err
	}
	holds, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("the condition is a %T, not true or false", value)
	}
	return holds, nil
}

// absent matches what CEL says of a key or an element that is not there.
var absent = regexp.MustCompile(`^(no such key: |index out of bounds: )`)

func (e *expression) text(fields any) (string, error) {
	value, err := e.eval(fields)
	if err != nil {
		return "", err
	}
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("it is a %T, not a string", value)
	}
	return text, nil
}

func (e *expression) eval(fields any) (any, error) {
	value, _, err := e.program.Eval(map[string]any{"object": fields})
	if err != nil {
		return nil, errors.New(cut(err.Error()))
	}
	if types.IsUnknown(value) {
		return nil, errors.New("its value is not known")
	}
	return value.Value(), nil
}
