// Package blobs keeps content on disk by its digest: archives of charts, layers
// of OCI artifacts, indexes and value files.
//
// What it hands out has the digest that was asked for: every read is checked,
// and what does not match is thrown away as if it had never been there. It is a
// cache: its folder may be deleted at any time, and when it grows above its
// bound the blobs that were not used for longest go first. Credentials are
// never kept here.
package blobs
