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

// selectorReason finds the first term that a cluster does not match; false if
// it matches all.
func selectorReason(path string, s *metav1.LabelSelector, c *clusters.Cluster) (Reason, bool) {
	for _, t := range terms(s) {
		one, err := clusters.NewSelector(only(t))
		if err != nil || one.Matches(c) || t.Key == clusters.SecretTypeLabel && s.MatchLabels[t.Key] != "" {
			continue
		}
		r := Reason{Code: CodeSelector, Generator: path}
		if c.Implicit {
			r.Message = fmt.Sprintf("selector term %s: no object declares the cluster, so it has no labels", written(t))
			r.Change = "declare the cluster as an object with labels, or select all clusters: selector {}"
			return r, true
		}
		r.Message = fmt.Sprintf("selector term %s: the cluster has %s", written(t), held(t.Key, c.Labels))
		r.Nearest = nearestLabel(t, c)
		r.Change = labelChange(t, c)
		return r, true
	}
	return Reason{}, false
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
	if near, ok := nearest(t.Key, slices.Collect(maps.Keys(c.Labels))); ok {
		return fmt.Sprintf("label %s=%s", near, c.Labels[near])
	}
	if value, ok := c.Annotations[t.Key]; ok {
		return fmt.Sprintf("annotation %s=%s: selectors read labels only", t.Key, value)
	}
	if value, ok := c.Facts[t.Key]; ok {
		return fmt.Sprintf("fact %s=%v: selectors read labels only", t.Key, value)
	}
	name := t.Key[strings.LastIndexByte(t.Key, '/')+1:]
	for _, key := range slices.Sorted(maps.Keys(c.Labels)) {
		if key[strings.LastIndexByte(key, '/')+1:] == name {
			return fmt.Sprintf("label %s=%s", key, c.Labels[key])
		}
	}
	return ""
}

// labelChange is the command that makes a term match.
func labelChange(t metav1.LabelSelectorRequirement, c *clusters.Cluster) string {
	label := "fairlead cluster label " + c.Name + " "
	if c.Secret {
		label = "label its " + c.Origin + ": "
	}
	switch t.Operator {
	case metav1.LabelSelectorOpIn:
		return label + t.Key + "=" + t.Values[0]
	case metav1.LabelSelectorOpExists:
		return label + t.Key + "=VALUE"
	default:
		return label + t.Key + "-"
	}
}
