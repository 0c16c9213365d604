package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/internal/render"
)

// renderOutputs are the values of -o.
var renderOutputs = map[string]func(io.Writer, *render.Objects) error{
	"yaml": writeRenderYAML,
	"json": writeRenderJSON,
}

func writeRenderYAML(w io.Writer, objects *render.Objects) error {
	out := bufio.NewWriter(w)
	for i, o := range objects.List {
		text, err := yaml.Marshal(o.Object)
		if err != nil {
			return err
		}
		if i > 0 {
			fmt.Fprintln(out, "---")
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return out.Flush()
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
