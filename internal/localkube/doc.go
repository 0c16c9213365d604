// Package localkube runs a real Kubernetes on this machine from its own
// binaries: etcd, kube-apiserver and kube-controller-manager, and for a whole
// cluster kube-scheduler and kwok, which plays the nodes.
//
// It owns: certificates (one authority per cluster, another one per etcd),
// ports, flags, the order of starting and stopping, and the admin kubeconfig.
// A data directory can be started again after any kind of end; one process at
// a time may hold it.
//
// It refuses: to build the binaries (tools/kube does), to listen on anything
// but the loopback address, to run containers (kwok only says that they run),
// and to pass the caller's environment on to the children.
//
// Reading order: localkube.go (Options, Start, Stop), etcd.go, apiserver.go,
// components.go, node.go.
package localkube
