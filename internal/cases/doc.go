// Package cases reads folders that hold an ApplicationSet and all that its
// expansion may read, expands them without a server or a network, and compares
// the outcome with what the folder expects.
//
// A Setup is an ApplicationSet with its inputs: clusters, objects, folders that
// stand for Git repositories, and answers of HTTP services. A Case is a Setup
// with an expectation, and Run judges many of them in three stages: decode,
// generate (anything up to Applications) and validate.
// docs/testing-applicationsets.md describes the layout.
//
// It expands with internal/expand and nothing else, so a case says what the
// hub would do. It owns no rule of expansion; what it adds is the validation
// of what came out, as Argo CD's controller does it.
package cases
