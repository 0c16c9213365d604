// Package forge is what every provider of repositories and pull requests is
// reached with.
//
// A Conn is one connection to one provider with one credential. It is an
// http.RoundTripper, so a client library works on top of it, and it keeps what
// libraries differ in: the credential goes to the provider's own origin only;
// requests are retried, rate limits kept and responses bounded; addresses of
// this machine are refused; an answer that is no success is an error that shows
// neither address parameters nor credentials.
//
// List follows pages to their end and never returns part of a listing.
package forge
