// Package catalog is the one way to content of every kind: it puts Git, chart
// repositories, OCI registries and files at URLs behind two calls.
//
// # How it is called
//
// One [Catalog] serves a whole process:
//
//	c := catalog.New(catalog.Options{CacheDir: dir, Git: git, Credentials: secrets})
//	defer c.Close()
//
// Whoever decides what runs (the hub, for a whole fleet) resolves, and writes
// what comes out down as a pin:
//
//	pin, err := c.Resolve(ctx, source.Of(application.Spec.Source))
//
// Resolve asks the server every time, within validators that make an unchanged
// answer cheap, so whoever calls it decides how often. The text of a Pin's
// Revision is what status.sync.revision shows. Of several sources each has its
// own pin, and so has each value file with a URL:
//
//	pin, err := c.Resolve(ctx, source.FileAt(url))
//
// Whoever renders (an agent) fetches pins; no server is asked for what was
// fetched before:
//
//	content, err := c.Fetch(ctx, pin)
//	objects, err := render.Render(ctx, render.Request{Tree: content.FS, ...})
//
// A Pin survives being written down: Spec, Revision and Digest are enough, and
// Location saves a look at a chart repository's index. Without Digest a chart
// or artifact of that version is fetched as it is now. A value file is read
// from its content as source.FileName.
//
// # What fails, and what then
//
// Errors wrap one of source's kinds. ErrUnavailable and ErrDenied: what was
// pinned last stays, ask again later. ErrNotFound, ErrRefused, ErrTooLarge,
// ErrEscapes: the Application or its source is wrong, say so in a condition.
// ErrChanged, from Fetch: a version was published anew under its old name, or a
// file changed; resolve again. No error repeats a credential or the query of a
// URL.
package catalog
