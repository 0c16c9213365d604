// Package status writes what agents report into Applications, Clusters and
// Tombstones.
//
// It runs on the replica that holds an agent's session and writes only the
// agent's share: sync, health, resources, operationState, history, summary,
// source types, and the agent's conditions; agent and cluster facts; the
// answers to tombstones. Conditions and pins are the leader's.
//
// Statuses of Applications are JSON patches guarded by the object's UID and
// cluster, so a late report never lands on another object of the same name, and
// nothing that others wrote is touched.
package status
