// Package deletions stands between a set's plan and its deletions: it asks
// internal/guard which may be made, and keeps the record of it in the set's
// status.
//
//   - guard.go: one judgement, and one deletion with its cause.
//   - round.go: what the guard is asked of a plan, and what is recorded of the
//     answer.
//   - gains.go: what may be a held victim under a new name.
//   - words.go: what people are told.
//   - annotations.go, metrics.go: approvals that have been used; what is held.
//
// It decides nothing by itself. The gate where tombstones are issued asks the
// same guard for itself, with a record of its own.
package deletions
