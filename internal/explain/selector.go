package explain

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/clusters"
)

// terms takes a selector apart, in the order of keys, matchLabels first.
func terms(s *metav1.LabelSelector) []metav1.LabelSelectorRequirement {
	var out []metav1.LabelSelectorRequirement
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		out = append(out, metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpIn, Values: []string{s.MatchLabels[key]}})
	}
	expressions := slices.Clone(s.MatchExpressions)
	slices.SortStableFunc(expressions, func(a, b metav1.LabelSelectorRequirement) int { return cmp.Compare(a.Key, b.Key) })
	return append(out, expressions...)
}

// only is the selector of one term.
func only(t metav1.LabelSelectorRequirement) metav1.LabelSelector {
	return metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{t}}
}

// written is a term as people read it.
func written(t metav1.LabelSelectorRequirement) string {
	switch {
	case t.Operator == metav1.LabelSelectorOpIn && len(t.Values) == 1:
		return t.Key + "=" + t.Values[0]
	case len(t.Values) > 0:
		return fmt.Sprintf("%s %s (%s)", t.Key, t.Operator, strings.Join(t.Values, ", "))
	}
	return fmt.Sprintf("%s %s", t.Key, t.Operator)
}

// selector names the terms that the cluster does not match; false if it matches
// all.
func (e *explainer) selector(p *place, s *metav1.LabelSelector) (Reason, bool) {
	r := Reason{Code: CodeSelector, Generator: p.name()}
	failing := failingTerms(s, e.cluster)
	if len(failing) == 0 {
		return r, false
	}
	if e.cluster.Implicit {
		r.Message = "a selector with any term never takes the implicit in-cluster: no object declares it, so it has no labels"
		r.Change = "declare the cluster as an object with labels, or select all clusters: selector {}"
		return r, true
	}
	var said []string
	for _, t := range failing {
		said = append(said, fmt.Sprintf("selector term %s: the cluster has %s", written(t), held(t.Key, e.cluster.Labels)))
		r.Nearest = cmp.Or(r.Nearest, nearestLabel(t, e.cluster))
	}
	r.Message = strings.Join(said, "; ")
	r.attempts = e.selectorAttempts(p, s, failing)
	r.Change = "change the selector: no labels meet all of its terms"
	if len(r.attempts) > 0 {
		r.Change = r.attempts[0].text
	}
	return r, true
}

// failingTerms are the terms that a cluster does not match, in order.
func failingTerms(s *metav1.LabelSelector, c *clusters.Cluster) []metav1.LabelSelectorRequirement {
	var out []metav1.LabelSelectorRequirement
	for _, t := range terms(s) {
		if _, declared := s.MatchLabels[t.Key]; declared && t.Key == clusters.SecretTypeLabel && !c.Implicit {
			continue // selects clusters whatever its value
		}
		if !matches(c, t) {
			out = append(out, t)
		}
	}
	return out
}

func matches(c *clusters.Cluster, all ...metav1.LabelSelectorRequirement) bool {
	selector, err := clusters.NewSelector(metav1.LabelSelector{MatchExpressions: all})
	return err != nil || selector.Matches(c)
}

// held says what a map has under a key.
func held(key string, values map[string]string) string {
	if value, ok := values[key]; ok {
		return key + "=" + value
	}
	return "no " + key
}

// nearestLabel is the label, annotation or value that may have been meant.
func nearestLabel(t metav1.LabelSelectorRequirement, c *clusters.Cluster) string {
	value, has := c.Labels[t.Key]
	if has {
		if near, ok := nearest(value, t.Values); ok && t.Operator == metav1.LabelSelectorOpIn {
			return fmt.Sprintf("value %q is like %q", value, near)
		}
		return ""
	}
	if near, ok := nearLabelKey(t.Key, c.Labels); ok {
		return fmt.Sprintf("label %s=%s", near, c.Labels[near])
	}
	if value, ok := c.Annotations[t.Key]; ok {
		return fmt.Sprintf("annotation %s=%s: selectors read labels only", t.Key, value)
	}
	if value, ok := c.Facts[t.Key]; ok {
		return fmt.Sprintf("fact %s=%v: selectors read labels only", t.Key, value)
	}
	return ""
}
