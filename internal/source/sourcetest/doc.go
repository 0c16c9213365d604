// Package sourcetest serves what charts, artifacts and value files come from,
// on loopback, for tests: a chart repository with an index, an OCI registry and
// plain files, on one address that can be away.
//
// It refuses nothing and keeps everything in memory.
package sourcetest
