// Package directory renders a folder of plain manifests: *.yaml, *.yml, *.json
// and *.jsonnet files, in the order of their paths.
//
// It follows Argo CD's directory sources: recurse, include and exclude globs
// over the path below the folder, "+argocd:skip-file-rendering" anywhere in a
// file to leave it out. A file without a single Kubernetes object (no document
// has apiVersion or kind) is left out with a warning; a file that does not
// parse is an error. A Jsonnet file gives an
// object or a list of objects.
//
// https://argo-cd.readthedocs.io/en/stable/user-guide/directory/
package directory
