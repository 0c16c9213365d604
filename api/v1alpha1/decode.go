package v1alpha1

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// DecodeApplicationSet turns an object of the API server into an
// ApplicationSet. The error names the field that is wrong.
//
// The schema leaves the templates of generators open, so the API server may
// hold a set that does not decode. Watch sets as unstructured objects and
// decode each: in a typed watch, one such set would hide all the others.
func DecodeApplicationSet(object *unstructured.Unstructured) (*ApplicationSet, error) {
	data, err := object.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("encode applicationset %s/%s: %w", object.GetNamespace(), object.GetName(), err)
	}
	set := &ApplicationSet{}
	if err := json.Unmarshal(data, set); err != nil {
		return nil, fmt.Errorf("decode applicationset %s/%s: %w", object.GetNamespace(), object.GetName(), err)
	}
	return set, nil
}
