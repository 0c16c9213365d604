package v1alpha1

import apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

// ListGenerator yields one parameter set per element.
type ListGenerator struct {
	// Elements are objects of any shape.
	//
	// +optional
	Elements []apiextensionsv1.JSON `json:"elements"`
	Template ApplicationSetTemplate `json:"template,omitempty"`
	// ElementsYaml is a YAML list of further elements; inside a matrix it may
	// use the parameters of the generator before it.
	ElementsYaml string `json:"elementsYaml,omitempty"`
}
