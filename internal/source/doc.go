// Package source brings content from where it is published to where it is
// rendered: a repository and a revision go in, a commit and a read-only tree
// come out.
//
// # What it owns
//
//   - Git over HTTP(S): [Git.Resolve] turns a branch, tag or HEAD into a commit
//     by asking the server for its references; [Git.Fetch] brings one commit,
//     shallow, into a bare cache on disk.
//   - [Tree], the only thing readers see: an fs.FS over the tree objects of one
//     commit, or over a local folder ([Dir]). Nothing is ever checked out, so
//     no file of a repository is written with a name of its choosing.
//   - The limits on what a repository may cost ([Limits]).
//
// # What it refuses
//
// URLs with user information, URLs and revisions that begin with "-", schemes
// other than http, https and ssh, paths and symbolic links that leave the
// repository, tree entries no honest client writes ("..", ".git"), and
// repositories above the limits. Submodules appear as empty directories.
// Errors never contain credentials.
//
// Callers branch on the kind of a failure with errors.Is: [ErrUnavailable]
// (try again later), [ErrNotFound], [ErrDenied], [ErrEscapes], [ErrTooLarge],
// [ErrRefused].
package source
