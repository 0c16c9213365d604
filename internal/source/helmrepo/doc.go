// Package helmrepo reads chart repositories over HTTP(S): an index.yaml that
// lists versions, and an archive for each.
//
// The index is asked for with the validators of the last answer, so that an
// unchanged one costs no transfer. An archive must have the digest that the
// index states; where the index states none, what arrives when a version is
// resolved is what every later fetch must match. Archives may be relative to
// the repository, elsewhere over HTTP(S), or in an OCI registry.
//
// The format: https://helm.sh/docs/topics/chart_repository/
package helmrepo
