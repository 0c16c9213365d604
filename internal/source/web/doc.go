// Package web asks HTTP servers on behalf of sources: bounded in time and
// bytes, within reach, and with a credential only where it belongs.
//
// A credential goes to the places that its prefix covers, and to the origin of
// the source that it was found for; a redirect to anywhere else goes without.
// Redirects never lead from https to http, nor to another scheme. Errors say
// neither what a server's page said nor what a query held.
package web
