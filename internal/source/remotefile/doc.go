// Package remotefile reads single files over HTTP(S): the value files that an
// Application names by URL.
//
// A file is pinned by the digest of its content; when the server has another
// one by the time of a fetch, that is an error and not other content. Schemes
// are https and http, as Argo CD's helm.valuesFileSchemes has it by default.
// Redirects stay with these, never lead from https to http, and neither they
// nor a name lead to addresses of this machine, of its link or of a cloud's
// metadata service.
package remotefile
