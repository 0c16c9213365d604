package explain

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/templates"
)

// postSelector names the terms of a generator's selector that leave the
// cluster's rows out.
func (e *explainer) postSelector(p *place) Reason {
	r := Reason{Code: CodePostSelector, Generator: p.name(), Message: "the generator's selector leaves its rows out",
		Change: "change the generator's selector"}
	var selector metav1.LabelSelector
	if err := convert(p.node["selector"], &selector); err != nil {
		return r
	}
	params, known := e.params(p.without("selector"))
	var said, keys []string
	for _, t := range terms(&selector) {
		one := maps.Clone(p.node)
		one["selector"] = only(t)
		if e.reaches(p.with(one)) {
			continue
		}
		text := fmt.Sprintf("selector term %s of the generator leaves its rows out", written(t))
		if known {
			text += ": they have " + held(t.Key, params)
			if near, ok := nearest(t.Key, slices.Collect(maps.Keys(params))); ok && params[t.Key] == "" && r.Nearest == "" {
				r.Nearest = fmt.Sprintf("parameter %s=%s", near, params[near])
			} else if near, ok := nearest(params[t.Key], t.Values); ok && r.Nearest == "" {
				r.Nearest = fmt.Sprintf("value %q is like %q", params[t.Key], near)
			}
		}
		said, keys = append(said, text), append(keys, t.Key)
	}
	if len(said) == 0 {
		return r
	}
	r.Message = strings.Join(said, "; ")
	r.Change = "change these terms, or the row's parameters " + strings.Join(keys, ", ")
	if len(said) == 1 {
		r.Change = "change the term, or the row's parameter " + keys[0]
	}
	kept := p.node["selector"]
	delete(p.node, "selector")
	r.attempts = e.inSet(p, r.Change)
	p.node["selector"] = kept
	return r
}

// inSet is the attempt of the set with the tree of p as it is now.
func (e *explainer) inSet(p *place, text string) []attempt {
	root := p
	for root.parent != nil {
		root = root.parent
	}
	var generator v1alpha1.ApplicationSetGenerator
	if convert(root.node, &generator) != nil {
		return nil
	}
	return []attempt{{text: text, set: e.variant(func(set *v1alpha1.ApplicationSet) { set.Spec.Generators[root.entry] = generator })}}
}

// params are the parameters of the cluster's first row as text, by dotted key.
// Only a Go template can print them all.
func (e *explainer) params(p *place) (out map[string]string, found bool) {
	if !e.question.Set.Spec.GoTemplate {
		return nil, false
	}
	probe := *e
	probe.question.Set = e.variant(func(set *v1alpha1.ApplicationSet) {
		plain(set, false)
		e.printParams(set)
	})
	result, _ := probe.expand(p)
	eachRow(result, func(origin expand.Origin, app *v1alpha1.Application) {
		if params := printed(app); !found && (slices.Contains(origin.Clusters(), e.cluster.Name) || origin.Cluster == "" && e.named(params)) {
			out, found = params, true
		}
	})
	return out, found
}

// missingKey says how a row gets a key that it lacks, and what comes close to
// it: a label or an annotation of the cluster.
func (e *explainer) missingKey(r *Reason, row expand.Row) {
	var missing *templates.MissingKeyError
	if !errors.As(row.Err, &missing) {
		r.Change = "correct the template, or what the row holds"
		return
	}
	key := missing.Key
	r.Change = fmt.Sprintf("give %s the key %q, or let the template do without", strings.ReplaceAll(row.Origin.Subject(), ", ", " with "), key)
	if !slices.Contains(row.Origin.Clusters(), e.cluster.Name) {
		return
	}
	r.Nearest = nearestLabel(metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpExists}, e.cluster)
	if value, ok := e.cluster.Labels[key]; ok {
		r.Nearest = fmt.Sprintf("label %s=%s", key, value)
	}
	if e.cluster.Implicit {
		r.Change = "declare the cluster as an object with labels, or let the template do without the key " + key
		return
	}
	placeholder := anyValue
	annotated := *e.cluster
	annotated.Annotations = changed(e.cluster.Annotations, map[string]*string{key: &placeholder})
	r.attempts = []attempt{
		{text: labelCommand(e.cluster, key+"="+anyValue), cluster: labelled(e.cluster, map[string]*string{key: &placeholder})},
		{text: fmt.Sprintf("give the cluster the annotation %s", key), cluster: &annotated},
	}
}

// anyValue stands for a value that the user chooses.
const anyValue = "VALUE"

// labelCommand is how a cluster's labels are changed.
func labelCommand(c *clusters.Cluster, changes string) string {
	if c.Secret {
		return "label its " + c.Origin + ": " + changes
	}
	return "fairlead cluster label " + c.Name + " " + changes
}
