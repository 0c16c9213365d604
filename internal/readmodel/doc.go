// Package readmodel will hold in-memory indexes that answer lists, facets and
// searches over the fleet without asking the Kubernetes API: fed by the hub,
// served by webapi. It is rebuilt at start and stores nothing.
package readmodel
