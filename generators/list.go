package generators

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// list gives a row per element, and then a row per element of elementsYaml.
// In fasttemplate mode the written elements hold strings, and an object of
// strings under "values"; what elementsYaml holds is taken as it is.
// See https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators-List/.
func (e *Evaluator) list(path string, g *generator) ([]Row, error) {
	rows := make([]Row, 0, len(g.List.Elements))
	for i, raw := range g.List.Elements {
		field := indexed("elements", i)
		element, err := decodeElement(raw.Raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		if !e.options.GoTemplate {
			if element, err = flatElement(element); err != nil {
				return nil, fmt.Errorf("%s: %w", field, err)
			}
		}
		rows = append(rows, Row{element, Origin{Generator: path, Element: field}})
	}
	if g.List.ElementsYaml == "" {
		return rows, nil
	}
	var elements []map[string]any
	if err := e.templates.DecodeYAML([]byte(g.List.ElementsYaml), &elements); err != nil {
		return nil, fmt.Errorf("elementsYaml: %w", err)
	}
	for i, element := range elements {
		rows = append(rows, Row{element, Origin{Generator: path, Element: indexed("elementsYaml", i)}})
	}
	return rows, nil
}

func flatElement(element map[string]any) (Params, error) {
	params := make(Params, len(element))
	for _, key := range slices.Sorted(maps.Keys(element)) {
		value := element[key]
		if key == "values" {
			values, ok := value.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("values is %s; want an object of strings", kindOf(value))
			}
			for _, k := range slices.Sorted(maps.Keys(values)) {
				v := values[k]
				if _, ok := v.(string); !ok {
					return nil, fmt.Errorf("values.%s is %s; without goTemplate it must be a string", k, kindOf(v))
				}
				params["values."+k] = v
			}
			continue
		}
		if _, ok := value.(string); !ok {
			return nil, fmt.Errorf("%s is %s; without goTemplate it must be a string", key, kindOf(value))
		}
		params[key] = value
	}
	return params, nil
}

func decodeElement(raw []byte) (map[string]any, error) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, err
	}
	if element, ok := value.(map[string]any); ok || value == nil {
		return element, nil
	}
	return nil, fmt.Errorf("is %s; want an object", kindOf(value))
}

// kindOf names a decoded JSON value as users think of it.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64, int64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "a string"
}

func indexed(name string, i int) string { return name + "[" + strconv.Itoa(i) + "]" }
