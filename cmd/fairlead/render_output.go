package main

import (
	"encoding/json"
	"io"

	"github.com/fairlead/fairlead/internal/render"
)

// renderOutputs are the values of -o.
var renderOutputs = map[string]func(io.Writer, *render.Objects) error{
	"yaml": writeRenderYAML,
	"json": writeRenderJSON,
}

func writeRenderYAML(w io.Writer, objects *render.Objects) error {
	return writeDocuments(w, len(objects.List), func(i int) any { return objects.List[i].Object })
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
