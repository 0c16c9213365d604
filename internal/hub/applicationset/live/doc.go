// Package live reads and writes the Applications of sets, through a cache that
// lags behind.
//
//   - index.go: the Applications of a set, found by an index of the cache.
//   - applications.go: what rows are compared with.
//   - write.go: a plan carried out, some at a time.
//   - echoes.go: what was written and the cache has not told of yet, so that
//     the hub's own writes cause no look and a lagging cache no second write.
//
// It decides nothing: a plan says what to write, and whoever calls deletes.
package live
