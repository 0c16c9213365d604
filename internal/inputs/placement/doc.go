// Package placement is the edge that reads placement decisions: the lists of
// clusters that objects of any kind carry in their status.
//
// A ConfigMap says which kind, where the list is and which key of an entry
// names the cluster. Which clusters of the fleet these are is decided by the
// generator clusterDecisionResource, not here.
package placement
