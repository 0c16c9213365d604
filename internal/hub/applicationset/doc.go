// Package applicationset holds the leader's loop over ApplicationSets: it
// keeps Applications equal to what the set expands to.
//
// A look at a set goes through these, in this order:
//
//   - wake: which sets an event concerns, and what it leaves for their next
//     look; how long they go without one.
//   - outlook: what a set expands to, building on the last look where only
//     clusters or Applications have changed.
//   - plan, with ignore: what is to be written; pure.
//   - deletions: which deletions are held.
//   - live: reading and writing Applications, through a cache that lags.
//
// Here is what puts them together:
//
//   - controller.go, expansion.go: one look at a set, from its causes to its
//     conditions.
//   - setup.go, watches.go: the loop's events.
//   - answers.go, reader.go, refresh.go: who answers generators, and asking anew.
//   - verdict.go, conditions.go, resources.go: what the status says.
//   - admission.go, object.go, finalize.go: sets that are not served, do not
//     decode, or go.
//
// It expands with the same function as the CLI, writes only differences, and
// changes nothing at all when a generator failed. What an Application is to run
// (Application.spec of its rows) is its; what runs is not.
package applicationset
