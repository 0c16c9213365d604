// Package render turns the content of a repository and the parameters of one
// Application source into Kubernetes objects.
//
// # What it owns
//
//   - Choosing the renderer: the one the source names (helm, kustomize,
//     directory), else the one the files call for, as Argo CD detects it.
//   - One folder per renderer: helm, kustomize, directory (with jsonnet), and
//     manifest, the decoder they share. Each renderer is a function from a tree
//     and options to objects.
//   - [All], which renders every source of an Application: the agent and the
//     command line call it, so they cannot disagree.
//   - What a repository says about its own rendering (.argocd-source.yaml).
//   - The limits every renderer keeps ([Limits]): bytes, objects, time.
//
// # What it promises
//
// Equal requests give equal results, in the same order. Integers are int64, as
// apimachinery decodes them. Nothing reads the network, the environment or a
// file outside the tree. A panic of a library becomes an error. Errors name the
// file, and the line where there is one. The one exception to the first promise
// is a chart that asks for the time or for random text: it gets a warning.
//
// # What it refuses
//
// Paths and symbolic links that leave the repository, remote Kustomize bases
// and plugins, chart dependencies that are neither vendored nor inside the
// repository, objects without apiVersion, kind or name, and anything above the
// limits.
package render
