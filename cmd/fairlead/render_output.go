package main

import (
	"encoding/json"
	"io"
	"slices"
	"unicode/utf8"

	plainyaml "go.yaml.in/yaml/v2"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/render"
)

// renderOutputs are the values of -o.
var renderOutputs = map[string]func(io.Writer, *render.Objects) error{
	"yaml": writeRenderYAML,
	"json": writeRenderJSON,
}

func writeRenderYAML(w io.Writer, objects *render.Objects) error {
	return writeDocuments(w, len(objects.List), func(i int) ([]byte, error) { return marshalYAML(objects.List[i].Object) })
}

// marshalYAML gives what sigs.k8s.io/yaml does, without its way over JSON where
// the two cannot differ: they write fractions and exponents in their own ways.
func marshalYAML(object map[string]any) ([]byte, error) {
	if isPlain(object) {
		return plainyaml.Marshal(object)
	}
	return yaml.Marshal(object)
}

// isPlain tells whether a value is of texts, whole numbers, booleans and nulls.
func isPlain(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		for _, value := range v {
			if !isPlain(value) {
				return false
			}
		}
		return true
	case []any:
		return !slices.ContainsFunc(v, func(value any) bool { return !isPlain(value) })
	case string:
		return utf8.ValidString(v)
	case nil, bool, int64:
		return true
	}
	return false
}

// writeRenderJSON writes one v1 List, also of nothing.
func writeRenderJSON(w io.Writer, objects *render.Objects) error {
	items := make([]map[string]any, len(objects.List))
	for i, o := range objects.List {
		items[i] = o.Object
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
}
