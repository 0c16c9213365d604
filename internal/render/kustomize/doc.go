// Package kustomize builds a kustomization with the Kustomize library, reading
// straight from the tree.
//
// It owns the adapter between fs.FS and the library's file system, the options
// an Application may set (written into the kustomization before it is built,
// as `kustomize edit` does for Argo CD), and a scan of everything reachable
// that refuses, before the library runs, what would leave the tree: remote
// bases and files, plugins that are programs, Helm charts. The scan matters:
// the library fetches what looks remote whatever its load restrictions say.
//
// Files are loaded from within the folder of the kustomization that names
// them; bases and components from anywhere in the repository. Builds run one
// at a time, because the library keeps its schema in a global.
package kustomize
