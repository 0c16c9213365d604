// Package pause decides at which state an Application is held.
//
//   - mark.go: the mark that a paused Application carries, what makes it valid,
//     and what the Application is while it stands.
//   - choose.go: which entry of an Application's history a rollback means.
//   - content.go: what an entry, a comparison or a sync ran.
//
// It is pure. Who writes the mark, who delivers by it and who tells of it are
// others; they agree because they read it here.
package pause
