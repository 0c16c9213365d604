package explain

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/templates"
)

// postSelector names the first term of a generator's selector that leaves the
// cluster's rows out.
func (e *explainer) postSelector(p *place) Reason {
	r := Reason{Code: CodePostSelector, Generator: p.name(), Message: "the generator's selector leaves its rows out"}
	var selector metav1.LabelSelector
	if err := convert(p.node["selector"], &selector); err != nil {
		return r
	}
	for _, t := range terms(&selector) {
		one := maps.Clone(p.node)
		one["selector"] = only(t)
		if e.reaches(p.with(one)) {
			continue
		}
		r.Message = fmt.Sprintf("selector term %s of the generator leaves its rows out", written(t))
		if params, ok := e.params(p.without("selector")); ok {
			r.Message += ": they have " + held(t.Key, params)
			if near, ok := nearest(t.Key, slices.Collect(maps.Keys(params))); ok && params[t.Key] == "" {
				r.Nearest = fmt.Sprintf("parameter %s=%s", near, params[near])
			} else if near, ok := nearest(params[t.Key], t.Values); ok {
				r.Nearest = fmt.Sprintf("value %q is like %q", params[t.Key], near)
			}
		}
		r.Change = "change the term or the row's parameter " + t.Key
		return r
	}
	return r
}

// params are the parameters of the cluster's first row as text, by dotted key.
// Only a Go template can print them all.
func (e *explainer) params(p *place) (map[string]string, bool) {
	if !e.question.Set.Spec.GoTemplate {
		return nil, false
	}
	copied := *e
	set := e.question.Set.DeepCopy()
	plain(set)
	set.Spec.Template.Annotations = map[string]string{"row": "{{ toJson . }}"}
	copied.question.Set = set
	result, ok := copied.expand(p)
	if !ok {
		return nil, false
	}
	out := map[string]string{}
	take := func(annotations map[string]string) bool {
		var params map[string]any
		if json.Unmarshal([]byte(annotations["row"]), &params) != nil {
			return false
		}
		flatten("", params, out)
		return true
	}
	for i, origin := range result.Origins {
		if slices.Contains(origin.Clusters(), e.cluster.Name) {
			return out, take(result.Applications[i].Annotations)
		}
	}
	for _, d := range result.Duplicates {
		for i, origin := range d.Origins {
			if slices.Contains(origin.Clusters(), e.cluster.Name) {
				return out, take(d.Applications[i].Annotations)
			}
		}
	}
	return nil, false
}

func flatten(prefix string, value any, into map[string]string) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			flatten(strings.TrimPrefix(prefix+"."+key, "."), inner, into)
		}
	case []any:
		for i, inner := range v {
			flatten(fmt.Sprintf("%s.%d", prefix, i), inner, into)
		}
	default:
		into[prefix] = fmt.Sprint(v)
	}
}

// missingKey adds what comes close to a key that a row lacks: a label or an
// annotation of the cluster.
func (e *explainer) missingKey(r *Reason, err error) {
	var missing *templates.MissingKeyError
	if !errors.As(err, &missing) {
		r.Change = "mend the template, or what the row holds"
		return
	}
	t := metav1.LabelSelectorRequirement{Key: missing.Key, Operator: metav1.LabelSelectorOpExists}
	r.Nearest = nearestLabel(t, e.cluster)
	if value, ok := e.cluster.Labels[missing.Key]; ok {
		r.Nearest = fmt.Sprintf("label %s=%s", missing.Key, value)
	}
	r.Change = fmt.Sprintf("give the row the key %q, as a label or an annotation of the cluster, or let the template do without", missing.Key)
}
