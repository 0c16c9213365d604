// Package inventory reads where a fleet's clusters are declared: fairlead.dev
// Clusters and Argo CD's cluster Secrets of the control namespace.
//
// It turns them into one clusters.Inventory and decides nothing else.
package inventory
