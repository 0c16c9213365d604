// Package manifest turns the text of a YAML or JSON file into Kubernetes
// objects: the one decoder every renderer uses, so that limits, number types
// and error messages are the same everywhere.
//
// It owns the split into documents, the refusal of text that is not what it
// seems (UTF-16, NUL, alias bombs, deep nesting, duplicate keys), flattening
// of lists, and the check that an object names itself. Errors begin with the
// file and, where the parser knows it, the line. It reads nothing but its
// arguments.
package manifest
