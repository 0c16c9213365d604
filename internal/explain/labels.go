package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/clusters"
)

// variants bounds how many sets of labels are tried for one selector.
const variants = 4

// selectorAttempts are changes after which a selector takes the cluster: keys
// that no cluster carries, and that look like one of this cluster's, are
// corrected in the selector; the cluster gets labels for the rest.
func (e *explainer) selectorAttempts(p *place, s *metav1.LabelSelector, failing []metav1.LabelSelectorRequirement) []attempt {
	meant := map[string]string{}
	var rest []string
	for _, t := range failing {
		if key, ok := e.meantKey(t.Key); ok {
			meant[t.Key] = key
		} else if !slices.Contains(rest, t.Key) {
			rest = append(rest, t.Key)
		}
	}
	out, ok := e.labelAttempts(s, rest)
	if len(meant) == 0 || !ok {
		return out
	}
	var renames []string
	for _, key := range slices.Sorted(maps.Keys(meant)) {
		renames = append(renames, fmt.Sprintf("%s for %s", meant[key], key))
	}
	text := fmt.Sprintf("write %s in the selector of %s", strings.Join(renames, " and "), p.name())
	spec := p.spec()
	kept := spec["selector"]
	spec["selector"] = renamed(s, meant)
	corrected := e.inSet(p, text)
	spec["selector"] = kept
	if len(corrected) == 0 || len(out) == 0 {
		return corrected
	}
	for i := range out {
		out[i].set, out[i].text = corrected[0].set, text+", and "+out[i].text
	}
	return out
}

// meantKey is the label, the cluster's own before those of others, that one may
// have meant by a key that no cluster has.
func (e *explainer) meantKey(key string) (string, bool) {
	others := map[string]string{}
	for _, c := range e.question.Inventory.All() {
		if _, carried := c.Labels[key]; carried {
			return "", false
		}
		maps.Copy(others, c.Labels)
	}
	if meant, ok := nearLabelKey(key, e.cluster.Labels); ok {
		return meant, true
	}
	return nearLabelKey(key, others)
}

func renamed(s *metav1.LabelSelector, meant map[string]string) *metav1.LabelSelector {
	out := s.DeepCopy()
	for key, better := range meant {
		if value, ok := out.MatchLabels[key]; ok {
			delete(out.MatchLabels, key)
			out.MatchLabels[better] = value
		}
	}
	for i := range out.MatchExpressions {
		if better, ok := meant[out.MatchExpressions[i].Key]; ok {
			out.MatchExpressions[i].Key = better
		}
	}
	return out
}

// labelAttempts give the cluster labels with which all terms of the keys match;
// false if there are none.
func (e *explainer) labelAttempts(s *metav1.LabelSelector, keys []string) ([]attempt, bool) {
	choices := make([][]*string, len(keys))
	most := 1
	for i, key := range keys {
		if choices[i] = labelChoices(s, key, e.cluster); len(choices[i]) == 0 {
			return nil, false
		}
		most = max(most, len(choices[i]))
	}
	if len(keys) == 0 {
		return nil, true
	}
	var out []attempt
	for n := range min(most, variants) {
		changes := map[string]*string{}
		var words []string
		for i, key := range keys {
			value := choices[i][min(n, len(choices[i])-1)]
			changes[key] = value
			if value == nil {
				words = append(words, key+"-")
			} else {
				words = append(words, key+"="+*value)
			}
		}
		out = append(out, attempt{text: labelCommand(e.cluster, strings.Join(words, " ")), cluster: labelled(e.cluster, changes)})
	}
	return out, true
}

// labelChoices are values for a label, nil for none, with which all terms of
// the key match.
func labelChoices(s *metav1.LabelSelector, key string, c *clusters.Cluster) []*string {
	var of []metav1.LabelSelectorRequirement
	candidates := []*string{nil}
	for _, t := range terms(s) {
		if t.Key != key {
			continue
		}
		of = append(of, t)
		if t.Operator == metav1.LabelSelectorOpIn {
			for i := range t.Values {
				candidates = append(candidates, &t.Values[i])
			}
		}
	}
	placeholder := anyValue
	var out []*string
	for _, value := range append(candidates, &placeholder) {
		if matches(labelled(c, map[string]*string{key: value}), of...) {
			out = append(out, value)
		}
	}
	return out
}

// nearLabelKey finds a label by a key that is nearly its own, or its own but
// for the prefix.
func nearLabelKey(key string, labels map[string]string) (string, bool) {
	keys := slices.Sorted(maps.Keys(labels))
	if near, ok := nearest(key, keys); ok {
		return near, true
	}
	i := slices.IndexFunc(keys, func(k string) bool { return k != key && unprefixed(k) == unprefixed(key) })
	if i < 0 {
		return "", false
	}
	return keys[i], true
}

func unprefixed(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }
