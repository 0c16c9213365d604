package explain

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// generators explains why no row derives from the cluster: a reason of each
// generator.
func (e *explainer) generators(result expand.Result) []Reason {
	var out []Reason
	for i := range e.question.Set.Spec.Generators {
		root, err := rootOf(i, &e.question.Set.Spec.Generators[i])
		if err != nil || root.kind() == "" {
			continue
		}
		reason, ok := e.of(root)
		if !ok {
			reason = e.noDestination(root, result)
		}
		reason.aside = !root.aboutClusters() && reason.Code != CodePostSelector
		out = append(out, reason)
	}
	if len(out) == 0 {
		return []Reason{{Code: CodeEmpty, Message: "the set has no generator that is known"}}
	}
	return out
}

// of finds what keeps the cluster out of a generator's rows.
func (e *explainer) of(p *place) (Reason, bool) {
	if p.node["selector"] != nil && e.reaches(p.without("selector")) {
		return e.postSelector(p), true
	}
	switch p.kind() {
	case "clusters":
		return e.clusters(p)
	case "clusterDecisionResource":
		return Reason{Code: CodeDecision, Generator: p.name(),
			Message: "none of the placement decisions names the cluster", Change: "let the placement select it"}, true
	case kindMatrix:
		return e.matrix(p)
	case kindMerge:
		return e.merge(p)
	}
	return Reason{}, false
}

func (e *explainer) clusters(p *place) (Reason, bool) {
	var selector metav1.LabelSelector
	if err := convert(p.spec()["selector"], &selector); err != nil {
		return Reason{}, false
	}
	raw, err := json.Marshal(selector)
	if err != nil || !p.templated() || !strings.Contains(string(raw), "{{") {
		return e.selector(p, &selector)
	}
	open := maps.Clone(p.spec())
	delete(open, "selector")
	if !e.reaches(p.with(object{"clusters": open})) {
		return Reason{}, false
	}
	var all []string
	for _, t := range terms(&selector) {
		all = append(all, written(t))
	}
	return Reason{Code: CodeSelector, Generator: p.name(),
		Message: fmt.Sprintf("selector %s: no earlier row has values with which it matches the cluster", strings.Join(all, ", ")),
		Change:  "label the cluster as one of the earlier rows asks"}, true
}

// matrix looks at the legs in order: the first that leaves the cluster out, or
// that gives nothing to combine it with, decides, and the next is said too.
func (e *explainer) matrix(p *place) (Reason, bool) {
	var found []Reason
	for _, leg := range p.legs() {
		if leg = leg.freed(); leg.templated() && len(found) > 0 {
			continue // earlier legs give it nothing to work with
		}
		if reason, ok := e.leg(leg); ok {
			found = append(found, reason)
		}
	}
	if len(found) == 0 {
		return Reason{}, false
	}
	if len(found) > 1 {
		found[0].Next = found[1].String()
	}
	return found[0], true
}

// leg is what a leg of a matrix keeps the cluster out by.
func (e *explainer) leg(leg *place) (Reason, bool) {
	if leg.aboutClusters() && !e.reaches(leg) {
		if reason, ok := e.of(leg); ok {
			return reason, true
		}
	}
	if rows, known := e.rows(leg); known && rows == 0 {
		return Reason{Code: CodeEmpty, Generator: leg.name(), Message: "this leg of the matrix gives no rows, so there is nothing to combine",
			Change: "see what the generator reads: its selector, its patterns, its source"}, true
	}
	return Reason{}, false
}

// merge keeps the rows of its first leg; a row of a later one counts only where
// it agrees with one of those in every merge key.
func (e *explainer) merge(p *place) (Reason, bool) {
	var keys []string
	_ = convert(p.spec()["mergeKeys"], &keys) // no keys: the expansion failed
	var first *Reason
	for i, leg := range p.legs() {
		if !leg.aboutClusters() {
			continue
		}
		if i > 0 && e.reaches(leg) {
			return Reason{Code: CodeMergeKey, Generator: leg.name(),
				Message: fmt.Sprintf("its row agrees with no row of %s in the merge keys %s", p.legs()[0].name(), strings.Join(keys, ", ")),
				Change:  "add a row to the first generator whose merge keys have the cluster's values"}, true
		}
		if reason, ok := e.of(leg); ok && first == nil {
			first = &reason
		}
	}
	if first == nil {
		return Reason{}, false
	}
	return *first, true
}

// noDestination is the reason where a generator's rows are about other things:
// where their Applications go.
func (e *explainer) noDestination(p *place, result expand.Result) Reason {
	var to []v1alpha1.ApplicationDestination
	for i, origin := range result.Origins {
		if strings.HasPrefix(origin.Generator, p.path+".") {
			to = append(to, result.Applications[i].Spec.Destination)
		}
	}
	for _, row := range result.Rejected {
		if len(to) == 0 && strings.HasPrefix(row.Origin.Generator, p.path+".") {
			return Reason{Code: CodeRender, Generator: p.name(), Message: "it gives no application: its rows were rejected, the first: " + bare(row),
				Change: "correct the template, or what the rows hold"}
		}
	}
	if len(to) == 0 {
		return Reason{Code: CodeEmpty, Generator: p.name(), Message: "it gives no application",
			Change: "see what the generator reads: its selector, its patterns, its source"}
	}
	message := fmt.Sprintf("it gives %d applications, and the destination of none is the cluster", len(to))
	if len(to) == 1 {
		message = "it gives 1 application, whose destination is " + destination(to[0])
	}
	return Reason{Code: CodeDestination, Generator: p.name(), Message: message, Nearest: e.nearDestination(to...),
		Change: fmt.Sprintf("give it a row whose destination is name %q or server %q", e.cluster.Name, e.cluster.Server)}
}

// reaches says whether a generator gives a row for the cluster: one that
// derives from it or whose destination it is.
func (e *explainer) reaches(p *place) bool {
	result, ok := e.expand(p)
	if !ok {
		return false
	}
	for i := range result.Applications {
		if IsDestination(result.Applications[i].Spec.Destination, e.cluster) {
			return true
		}
	}
	return slices.ContainsFunc(origins(result), func(o expand.Origin) bool {
		return slices.Contains(o.Clusters(), e.cluster.Name)
	})
}

// rows counts what a generator gives; false if that is not known.
func (e *explainer) rows(p *place) (int, bool) {
	result, ok := e.expand(p)
	return len(origins(result)), ok
}

// expand expands the set with one generator, alone; if its template fails
// there, with a template that cannot.
func (e *explainer) expand(p *place) (expand.Result, bool) {
	set := e.question.Set.DeepCopy()
	var generator v1alpha1.ApplicationSetGenerator
	if err := convert(p.alone(), &generator); err != nil {
		return expand.Result{}, false
	}
	set.Spec.Generators = []v1alpha1.ApplicationSetGenerator{generator}
	result, err := e.question.Expand(set, e.question.Inventory)
	if err != nil || result.Err != nil {
		plain(set, false)
		result, err = e.question.Expand(set, e.question.Inventory)
	}
	return result, err == nil && result.Err == nil
}

// origins of all rows, whatever came of them.
func origins(result expand.Result) []expand.Origin {
	out := slices.Clone(result.Origins)
	for _, row := range result.Rejected {
		out = append(out, row.Origin)
	}
	for _, d := range result.Duplicates {
		out = append(out, d.Origins...)
	}
	return out
}

// convert reads one JSON shape as another; nil changes nothing.
func convert(from, into any) error {
	if from == nil {
		return nil
	}
	raw, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}
