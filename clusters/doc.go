// Package clusters holds the fleet's inventory as plain values.
//
// It owns what a cluster is to an expansion (Cluster), the sorted and indexed
// set of them (Inventory), label selection, and the conversions from the two
// objects that declare a cluster: an Argo CD cluster Secret and a fairlead.dev
// Cluster. It refuses clients, clocks and watches: whoever lists objects hands
// them in, and equal objects give equal inventories whatever their order.
//
// Labels come from people (and admin rules) alone. What an agent reports is
// kept apart in Cluster.Facts and is never selected on.
package clusters
