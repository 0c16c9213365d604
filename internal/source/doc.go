// Package source brings content from where it is published to where it is
// rendered: a place and a revision go in, a pin and a read-only tree come out.
//
// # What it owns
//
//   - The words that every kind of source shares: [Spec] says what is wanted,
//     [Pin] what that is exactly, [Content] what it holds.
//   - Git over HTTP(S): [Git.Resolve] turns a branch, tag, HEAD or range of
//     versions into a commit by asking the server for its references;
//     [Git.Fetch] brings one commit, shallow, into a bare cache on disk.
//   - [Tree], the only thing readers see: an fs.FS over the tree objects of one
//     commit, over an archive in memory ([Memory]), or over a local folder
//     ([Dir]). Nothing is ever checked out or unpacked, so no file is written
//     with a name of its author's choosing.
//   - The limits on what a source may cost ([Limits]), the addresses it may
//     lead to ([Reach]), who may open it ([Credentials]) and who may still
//     refuse it ([Verifier]).
//
// Below it, a house for each other kind: helmrepo (chart repositories), oci
// (charts and artifacts in registries), remotefile (value files at URLs); what
// these share: web (questions over HTTP), archive (tar), blobs (the cache by
// digest). Callers use catalog, which puts all kinds behind two calls; its
// documentation shows how.
//
// # What it refuses
//
// URLs with user information, URLs and revisions that begin with "-", schemes
// other than http, https, oci and ssh, paths and symbolic links that leave the
// repository, tree entries no honest client writes ("..", ".git"), addresses of
// the machine, of its link and of a cloud's metadata service, content whose
// digest is not the announced one, and whatever is above the limits. Submodules
// appear as empty directories. Errors never contain credentials.
//
// Callers branch on the kind of a failure with errors.Is: [ErrUnavailable]
// (try again later), [ErrNotFound], [ErrDenied], [ErrEscapes], [ErrTooLarge],
// [ErrRefused], [ErrChanged] (resolve again).
package source
