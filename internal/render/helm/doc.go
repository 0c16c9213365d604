// Package helm renders a chart from the tree with Helm's template engine.
//
// It owns loading a chart without touching the disk (.helmignore, vendored
// archives, file:// dependencies inside the repository), merging values in
// Argo CD's order, checking values against the charts' schemas, and turning
// what the engine gives into objects: custom resource definitions first, then
// manifests in install order, then hooks with their annotations. NOTES.txt is
// dropped.
//
// It refuses what would reach outside: dependencies that are not vendored,
// value files that are URLs, schemas that refer to other hosts or files.
// Template functions that ask a cluster or the network are off: lookup finds
// nothing, getHostByName answers "", env and expandenv do not exist. Templates
// are metered, so that endless ones end; see meter.go.
package helm
