// Package health judges Kubernetes objects by their own status: [Of] one
// object, [RollUp] for an Application's.
//
// The rules per kind are those of Argo CD
// (https://argo-cd.readthedocs.io/en/stable/operator-manual/health/), listed in
// table.go; docs/health.md says what decides, and where they differ. Custom
// resources without a rule follow the kstatus convention, if they follow it at
// all (conditions Ready, Reconciling, Stalled); other kinds have no health.
//
// A fleet adds rules of its own in CEL: [ParseRules] compiles them and
// [Rules.Of] judges by them first. With them come [Limits], which turn what is
// Progressing for too long into Degraded; who has an object in view keeps its
// [Span].
//
// It reads one object and nothing else: no cluster, no clock. Times are
// arguments.
package health
