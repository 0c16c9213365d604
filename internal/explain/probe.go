package explain

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/expand"
)

// rejectedRows are the rejected rows that are the cluster's: they derive from
// it, their destination is it, or, where no destination can be told, a
// parameter is its name or its server.
func (e *explainer) rejectedRows(result expand.Result) []expand.Row {
	if len(result.Rejected) == 0 {
		return nil
	}
	to, params := e.destinations(), e.allParams()
	var out []expand.Row
	for _, row := range result.Rejected {
		goes, known := to[row.Origin]
		if slices.Contains(row.Origin.Clusters(), e.cluster.Name) || known && IsDestination(goes, e.cluster) || !known && e.named(params[row.Origin]) {
			out = append(out, row)
		}
	}
	return out
}

// named says whether a value is the cluster's name or server.
func (e *explainer) named(params map[string]string) bool {
	for _, value := range params {
		if value == e.cluster.Name || value != "" && fleet.ServerKey(value) == fleet.ServerKey(e.cluster.Server) {
			return true
		}
	}
	return false
}

// destinations of all rows whose destination renders to anything, whatever
// the rest of the template does.
func (e *explainer) destinations() map[expand.Origin]v1alpha1.ApplicationDestination {
	out := map[expand.Origin]v1alpha1.ApplicationDestination{}
	e.probe(true, func(set *v1alpha1.ApplicationSet) {
		set.Spec.Template.Spec.Destination = e.question.Set.Spec.Template.Spec.Destination
	}, func(origin expand.Origin, app *v1alpha1.Application) {
		if to := app.Spec.Destination; to.Name+to.Server != "" {
			out[origin] = to
		}
	})
	return out
}

// allParams are the parameters of all rows.
func (e *explainer) allParams() map[expand.Origin]map[string]string {
	out := map[expand.Origin]map[string]string{}
	e.probe(false, e.printParams, func(origin expand.Origin, app *v1alpha1.Application) { out[origin] = printed(app) })
	return out
}

// probe expands the set with a template that holds no more than prepare puts
// there; generators keep the destinations of their own templates if asked to.
func (e *explainer) probe(keep bool, prepare func(*v1alpha1.ApplicationSet), each func(expand.Origin, *v1alpha1.Application)) {
	set := e.question.Set.DeepCopy()
	plain(set, keep)
	prepare(set)
	result, err := e.question.Expand(set, e.question.Inventory)
	if err == nil && result.Err == nil {
		eachRow(result, each)
	}
}

// eachRow visits the rows that rendered, also those that share a name.
func eachRow(result expand.Result, visit func(expand.Origin, *v1alpha1.Application)) {
	for i := range result.Applications {
		visit(result.Origins[i], &result.Applications[i])
	}
	for _, d := range result.Duplicates {
		for i := range d.Applications {
			visit(d.Origins[i], &d.Applications[i])
		}
	}
}

// plain gives a set, and the generators that have their own, a template
// without parameters.
func plain(set *v1alpha1.ApplicationSet, keepDestinations bool) {
	set.Spec.Template = v1alpha1.ApplicationSetTemplate{}
	set.Spec.Template.Name = "row"
	set.Spec.TemplatePatch = nil
	for i := range set.Spec.Generators {
		root, err := rootOf(i, &set.Spec.Generators[i])
		if err != nil {
			continue
		}
		root.plain(keepDestinations)
		var generator v1alpha1.ApplicationSetGenerator
		if convert(root.node, &generator) == nil {
			set.Spec.Generators[i] = generator
		}
	}
}

// plain leaves nothing of a generator's own template, or its destination.
func (p *place) plain(keepDestinations bool) {
	for _, leg := range p.legs() {
		leg.plain(keepDestinations)
	}
	template, _ := p.spec()["template"].(object)
	if template == nil {
		return
	}
	delete(p.spec(), "template")
	spec, _ := template["spec"].(object)
	if to, ok := spec["destination"]; ok && keepDestinations {
		p.spec()["template"] = object{"metadata": object{}, "spec": object{"destination": to}}
	}
}

const paramsAnnotation = "row"

// printParams makes a template tell a row's parameters. Without goTemplate only
// parameters whose key is known can be.
func (e *explainer) printParams(set *v1alpha1.ApplicationSet) {
	set.Spec.Template.Annotations = map[string]string{paramsAnnotation: "{{ toJson . }}"}
	if !set.Spec.GoTemplate {
		set.Spec.Template.Annotations = map[string]string{"name": "{{name}}", "server": "{{server}}"}
	}
}

// printed reads what printParams wrote, as text by dotted key.
func printed(app *v1alpha1.Application) map[string]string {
	row, ok := app.Annotations[paramsAnnotation]
	if !ok {
		return app.Annotations
	}
	out := map[string]string{}
	var params map[string]any
	if json.Unmarshal([]byte(row), &params) == nil {
		flatten("", params, out)
	}
	return out
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
