package generators

import (
	"errors"
	"fmt"
	"maps"

	"k8s.io/apimachinery/pkg/util/json"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// plugin gives a row per parameter set that an HTTP service replies: as it is
// in Go template mode, flattened to texts in fasttemplate mode. What the
// service was asked with is under generator.input.parameters.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-Plugin/.
func (e *Evaluator) plugin(path string, g *generator) ([]Row, error) {
	spec := g.Plugin
	if spec.ConfigMapRef.Name == "" {
		return nil, errors.New("configMapRef.name is empty: name the ConfigMap that says where the plugin is")
	}
	question, err := e.question("plugin", spec)
	if err != nil {
		return nil, err
	}
	question.Set = e.options.Name
	answer := e.answer(path, question)
	if answer == nil {
		return nil, nil
	}
	asked, err := pluginInput(spec.Input.Parameters)
	if err != nil {
		return nil, err
	}
	values := e.values(spec.Values)
	room := maxFlatSize
	rows := make([]Row, 0, len(answer.Replies))
	for i, reply := range answer.Replies {
		element := indexed("parameters", i)
		if room -= flatSize(0, reply); room < 0 {
			return nil, fmt.Errorf("%s: the reply's keys, joined by dots, exceed %d MiB: let the plugin reply less", element, maxFlatSize>>20)
		}
		params := e.pluginParams(reply, asked)
		if err := values.addTo(params); err != nil {
			return nil, forRow(err, element)
		}
		rows = append(rows, Row{params, Origin{Generator: path, Element: element}})
	}
	return rows, nil
}

func (e *Evaluator) pluginParams(reply, asked map[string]any) Params {
	params := make(Params, len(reply)+2)
	if e.options.GoTemplate {
		maps.Copy(params, reply)
	} else {
		flatten("", reply, func(key string, leaf any) { params[key] = text(leaf) })
	}
	params["generator"] = map[string]any{"input": map[string]any{"parameters": asked}}
	return params
}

// pluginInput decodes what the plugin is asked with, whole numbers as such.
func pluginInput(parameters v1alpha1.PluginParameters) (map[string]any, error) {
	if parameters == nil {
		return nil, nil
	}
	out := make(map[string]any, len(parameters))
	for key, raw := range parameters {
		var value any
		if err := json.Unmarshal(raw.Raw, &value); err != nil {
			return nil, fmt.Errorf("input.parameters.%s: %w", key, err)
		}
		out[key] = value
	}
	return out, nil
}
