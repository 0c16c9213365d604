// Package health judges Kubernetes objects by their own status: [Of] one
// object, [Worst] of many.
//
// The rules per kind are those of Argo CD
// (https://argo-cd.readthedocs.io/en/stable/operator-manual/health/). Custom
// resources without a rule follow the kstatus convention, if they follow it at
// all (conditions Ready, Reconciling, Stalled); other kinds have no health.
//
// It reads one object and nothing else: no cluster, no clock.
package health
