package main

import (
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

// finish changes the schemas of argoproj.io; those of other groups are right
// as they are.
func finish(crd *apiextensionsv1.CustomResourceDefinition) {
	if crd.Spec.Group != "argoproj.io" {
		return
	}
	for i := range crd.Spec.Versions {
		root := crd.Spec.Versions[i].Schema.OpenAPIV3Schema
		if crd.Spec.Names.Kind == "ApplicationSet" {
			at(root, []string{"spec", "generators"}, anyTemplate)
		}
		open(root)
		if _, ok := root.Properties["status"]; ok {
			at(root, []string{"status"}, requireNothing)
		}
		for _, path := range undescribed[crd.Spec.Names.Kind] {
			at(root, path, func(schema *apiextensionsv1.JSONSchemaProps) { each(schema, undescribe) })
		}
	}
}

// undescribed lists, by kind, what repeats types that are described elsewhere:
// status and operation repeat spec, and a set's templates repeat Application.
// Descriptions double the size of a schema, and every client downloads it.
var undescribed = map[string][][]string{
	"Application": {
		{"operation"},
		{"status"},
		{"spec", "sources"},
		{"spec", "sourceHydrator", "drySource"},
	},
	"ApplicationSet": {
		{"spec", "template", "spec"},
		{"spec", "generators", "matrix", "generators"},
		{"spec", "generators", "merge", "generators"},
		{"status"},
	},
}

// open lets the API server keep unknown fields in every object below schema,
// so that a manifest for a newer Argo CD survives. Known fields keep their
// types.
func open(schema *apiextensionsv1.JSONSchemaProps) {
	if len(schema.Properties) > 0 {
		keep := true
		schema.XPreserveUnknownFields = &keep
	}
	each(schema, open)
}

// requireNothing takes away what a schema requires. A status is written by
// merge patches, which leave out what did not change from its zero value.
func requireNothing(schema *apiextensionsv1.JSONSchemaProps) {
	schema.Required = nil
	each(schema, requireNothing)
}

// anyTemplate lets the templates of generators be objects of any shape. There
// are 23 places for one, each the size of a whole Application; with them an
// API server needs 110 MiB more. They are checked when a set is decoded, see
// DecodeApplicationSet in api/v1alpha1.
func anyTemplate(schema *apiextensionsv1.JSONSchemaProps) {
	if _, ok := schema.Properties["template"]; ok {
		keep := true
		schema.Properties["template"] = apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}
	}
	each(schema, anyTemplate)
}

// at calls f on the schema of the property at path; it goes through lists
// without a step of their own.
func at(schema *apiextensionsv1.JSONSchemaProps, path []string, f func(*apiextensionsv1.JSONSchemaProps)) {
	if len(path) == 0 {
		f(schema)
		return
	}
	if schema.Items != nil {
		schema = schema.Items.Schema
	}
	property, ok := schema.Properties[path[0]]
	if !ok {
		panic("no property " + path[0] + ": a table in this file does not fit the types in api/")
	}
	at(&property, path[1:], f)
	schema.Properties[path[0]] = property
}

func undescribe(schema *apiextensionsv1.JSONSchemaProps) {
	schema.Description = ""
	each(schema, undescribe)
}

// each calls f on the schemas directly below schema.
func each(schema *apiextensionsv1.JSONSchemaProps, f func(*apiextensionsv1.JSONSchemaProps)) {
	for name, property := range schema.Properties {
		f(&property)
		schema.Properties[name] = property
	}
	if schema.Items != nil && schema.Items.Schema != nil {
		f(schema.Items.Schema)
	}
	if schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil {
		f(schema.AdditionalProperties.Schema)
	}
}
