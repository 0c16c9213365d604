package plugin

import (
	"encoding/json"
	"errors"
	"fmt"
)

// maxDepth bounds how deep a reply nests.
const maxDepth = 100

// decode reads {"output": {"parameters": [{...}, ...]}}. As in Argo CD, other
// fields are passed over, a reply without parameters has none, and numbers are
// floating point. A reply without any text is an error: a service that broke
// down must not read as one that has nothing to say.
func decode(text []byte) ([]map[string]any, error) {
	if len(text) == 0 {
		return nil, errors.New("the reply is empty")
	}
	var reply struct {
		Output struct {
			Parameters []map[string]any `json:"parameters"`
		} `json:"output"`
	}
	if err := json.Unmarshal(text, &reply); err != nil {
		return nil, fmt.Errorf("the reply is not %s: %w", `{"output": {"parameters": [{...}]}}`, describe(err))
	}
	for i, set := range reply.Output.Parameters {
		if depth(set) > maxDepth {
			return nil, fmt.Errorf("parameters[%d] of the reply nest more than %d deep", i, maxDepth)
		}
	}
	return reply.Output.Parameters, nil
}

// describe says where a reply has another shape, in JSON's words.
func describe(err error) error {
	var shape *json.UnmarshalTypeError
	if errors.As(err, &shape) && shape.Field != "" {
		return fmt.Errorf("%s is a %s", shape.Field, shape.Value)
	}
	return err
}

func depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
	case []any:
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
	default:
		return 0
	}
	return deepest + 1
}
