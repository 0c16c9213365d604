// Package plan decides what is to be written: it compares the rows that a set
// expands to with the Applications that there are.
//
//   - plan.go: what is created, changed, deleted or left alone, within the
//     set's policy.
//   - row.go: what a row decides of its Application, and what others may write.
//   - origin.go: what a row derives from, as its Application is marked with it,
//     and whose an Application is while some rows give none.
//
// It is pure; package deletions has a say in what is deleted, and package live
// writes.
package plan
