// Package store keeps values of one process on its local disk, in a bbolt file,
// and never hands out a damaged one.
//
// bbolt's pages carry no checksum, so each value does: with a Sealer it is
// encrypted and authenticated (AES-256-GCM), without one it stands behind a
// SHA-256. Either way it is bound to its bucket and key. A damaged value reads
// as absent and is reported; a damaged file is moved aside and an empty one
// takes its place. What is kept here must therefore be rebuildable.
//
// It owns no schema: keys and values are its users'. It does not share a file
// between processes.
package store
