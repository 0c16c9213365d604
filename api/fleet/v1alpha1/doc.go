// Package v1alpha1 holds the fairlead.dev/v1alpha1 kinds: what a fleet needs
// and Argo CD has no kind for.
//
//   - Cluster: one member of the fleet, its labels and what its agent reports.
//   - Pin: which revision the Applications of one set (or of one repository
//     and revision) run; moved by the hub's leader, never by an agent.
//   - Tombstone: an order to an agent to delete or to forget one Application,
//     kept until the agent has acknowledged it.
//
// It imports apimachinery only.
//
// +kubebuilder:object:generate=true
// +groupName=fairlead.dev
package v1alpha1
