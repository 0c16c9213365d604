// Package credential is an agent's identity on disk: the key that it made, the
// certificate that the hub wrote for it, and where that hub is.
//
//   - [Join] trades a join token for an identity, unless there is one already.
//   - [Load] reads it.
//   - [File] presents it and keeps it renewed.
//
// All of it stands in one file with mode 0600, replaced as a whole, so that key
// and certificate never disagree. The token is never written.
package credential
