// Package identity is what a certificate and a join token say, as values.
//
//   - Identity: whom an agent's certificate speaks for, as its URI name.
//   - JoinToken: the one string that lets a new agent find the hub, recognise
//     it and be let in once.
//   - Pin: the hash of a CA's public key.
//
// It is pure: it signs nothing, verifies no chain, stores nothing and dials
// nobody. Agents and the hub both read it, so it imports the standard library
// alone.
package identity
