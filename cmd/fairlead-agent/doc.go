// Command fairlead-agent runs on a cluster, pulls what the cluster should have
// from the hub, and keeps it so: also while the hub, the network or Git is away.
//
// The environment is read here and nowhere else.
package main
