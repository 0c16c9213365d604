// Package cluster holds the leader's loop over Clusters: it turns what the
// replicas recorded (identity, holder) into conditions.
//
// It never sets a label: facts that an agent reports steer nothing.
package cluster
