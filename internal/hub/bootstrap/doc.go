// Package bootstrap makes what a hub cannot run without: its CRDs, the control
// namespace, an AppProject "default" that allows everything if there is none,
// and the Cluster that stands for the hub's own. It refuses to start beside an
// Argo CD application controller.
package bootstrap
