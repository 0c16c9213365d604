// Package applicationset holds the leader's loop over ApplicationSets: it
// keeps Applications equal to what the set expands to.
//
// In reading order:
//
//   - controller.go: one look at a set, from expansion to conditions.
//   - watches.go, tracker.go, gaze.go, references.go: which sets an event
//     concerns, and what it leaves for their next look.
//   - outlook.go, memory.go: what a set expands to, building on the last look
//     where only clusters or Applications have changed.
//   - plan.go, row.go, origin.go, ignore.go: what is to be written; pure.
//   - live.go, echo.go, write.go, share.go: reading and writing Applications.
//   - guard.go and its kin: which deletions are held.
//   - verdict.go, conditions.go, resources.go: what the status says.
//
// It expands with the same function as the CLI, writes only differences, and
// changes nothing at all when a generator failed. What an Application is to run
// (Application.spec of its rows) is its; what runs is not.
package applicationset
