package apply

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// unknownField tells the answer to a server-side apply of a field that the
// kind does not have: it is refused whatever validation is asked for.
func unknownField(err error) bool {
	return err != nil && strings.Contains(err.Error(), "field not declared in schema")
}

// withoutUnknown is the object without the fields that its kind does not have,
// as Validate=false asks for: what the API server drops on creating it.
func (e *Engine) withoutUnknown(ctx context.Context, kind Kind, o object) (object, error) {
	accepted, err := e.probe(ctx, kind, o)
	if err != nil {
		return o, err
	}
	o.want = &unstructured.Unstructured{Object: o.want.DeepCopy().Object}
	for key, value := range o.want.Object {
		if key != "metadata" {
			if kept, found := accepted.Object[key]; found {
				keepCommon(value, kept)
			} else {
				delete(o.want.Object, key)
			}
		}
	}
	o.lenient = false
	return o, nil
}

// keepCommon drops from want, at any depth, the keys that accepted has not.
// Elements of lists are matched by position.
func keepCommon(want, accepted any) {
	switch want := want.(type) {
	case map[string]any:
		other, ok := accepted.(map[string]any)
		if !ok {
			return
		}
		for key, value := range want {
			if kept, found := other[key]; found {
				keepCommon(value, kept)
			} else {
				delete(want, key)
			}
		}
	case []any:
		other, ok := accepted.([]any)
		if !ok || len(other) != len(want) {
			return
		}
		for i := range want {
			keepCommon(want[i], other[i])
		}
	}
}
