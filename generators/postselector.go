package generators

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
)

// postSelector filters rows by their parameters, flattened to text. Keys obey
// the rules of label keys; values are free, so that an address can be matched.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Post-Selector/.
type postSelector struct {
	all   bool
	terms []term
}

type term struct {
	key    string
	values []string // nil: the key's presence alone decides
	want   bool     // false for NotIn and DoesNotExist
}

func newPostSelector(s *metav1.LabelSelector) (*postSelector, error) {
	if s == nil {
		return &postSelector{all: true}, nil
	}
	p := &postSelector{all: len(s.MatchLabels)+len(s.MatchExpressions) == 0}
	for key, value := range s.MatchLabels {
		p.terms = append(p.terms, term{key, []string{value}, true})
	}
	for _, expr := range s.MatchExpressions {
		t, err := newTerm(expr)
		if err != nil {
			return nil, err
		}
		p.terms = append(p.terms, t)
	}
	slices.SortStableFunc(p.terms, func(a, b term) int { return strings.Compare(a.key, b.key) })
	for _, t := range p.terms {
		if problems := validation.IsQualifiedName(t.key); len(problems) > 0 {
			return nil, fmt.Errorf("selector: key %q: %s", t.key, strings.Join(problems, "; "))
		}
	}
	return p, nil
}

func newTerm(expr metav1.LabelSelectorRequirement) (term, error) {
	switch op := expr.Operator; op {
	case metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn:
		if len(expr.Values) == 0 {
			return term{}, fmt.Errorf("selector: %s of key %q needs values", op, expr.Key)
		}
		return term{expr.Key, expr.Values, op == metav1.LabelSelectorOpIn}, nil
	case metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist:
		if len(expr.Values) > 0 {
			return term{}, fmt.Errorf("selector: %s of key %q takes no values", op, expr.Key)
		}
		return term{expr.Key, nil, op == metav1.LabelSelectorOpExists}, nil
	default:
		return term{}, fmt.Errorf("selector: operator %q of key %q: want In, NotIn, Exists or DoesNotExist", op, expr.Key)
	}
}

func (p *postSelector) filter(rows []Row) []Row {
	if p.all {
		return rows
	}
	var kept []Row
	for _, row := range rows {
		if p.matches(row.Params) {
			kept = append(kept, row)
		}
	}
	return kept
}

func (p *postSelector) matches(params Params) bool {
	flat := flatText(params)
	for _, t := range p.terms {
		value, has := flat[t.key]
		if t.values != nil {
			has = has && slices.Contains(t.values, value)
		}
		if has != t.want {
			return false
		}
	}
	return true
}

// flatText flattens a row, seeing into the string maps of clusters too, as far
// as objects lead to them.
func flatText(params Params) map[string]string {
	out := make(map[string]string, len(params))
	var visit func(prefix string, m map[string]any)
	visit = func(prefix string, m map[string]any) {
		for k, v := range m {
			key := dotted(prefix, k)
			switch v := v.(type) {
			case map[string]any:
				visit(key, v)
			case map[string]string:
				for name, value := range v {
					out[key+"."+name] = value
				}
			default:
				flatten(key, v, func(key string, leaf any) { out[key] = text(leaf) })
			}
		}
	}
	visit("", params)
	return out
}
