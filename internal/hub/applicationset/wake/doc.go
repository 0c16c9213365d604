// Package wake knows when a set is looked at, and why.
//
//   - leaves.go, gaze.go, references.go: what a set's generators look at:
//     clusters, Secrets, ConfigMaps.
//   - cause.go: what an event leaves for the next look at a set.
//   - tracker.go: which sets an event concerns, and their causes.
//   - interval.go: how long a set may go without, and how old answers may be.
//
// It reads specs and events and has no client; the loop watches, and looks.
package wake
