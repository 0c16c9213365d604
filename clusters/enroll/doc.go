// Package enroll lets clusters into a fleet: join tokens, and the CA that turns
// a redeemed token into a certificate.
//
//   - CA: signs agents (24 hours) and the hub's endpoint. It writes subjects
//     itself; of a request it uses the public key alone.
//   - Tokens: join tokens, each bound to one cluster name, good once, for an
//     hour. Only a hash of a token's secret is kept.
//   - Secrets and ConfigMaps: the CA, the tokens and the fleet's identity in the
//     control namespace, which every backup of it therefore holds.
//
// It serves no endpoint, decides nothing about who may create a token, and
// writes no Cluster. Identities and the text of a token are internal/delivery/
// identity's, because agents read them too.
package enroll
