// Package facts is what an agent tells the hub about its cluster: the version
// of Kubernetes, how many nodes there are and how many GPUs. Facts are no
// labels: nothing is selected by them unless an administrator's rule says so.
//
// Nodes are watched, and reduced on arrival to one number each; nothing polls.
package facts
