// Package v1alpha1 holds the argoproj.io/v1alpha1 kinds that Fairlead runs:
// ApplicationSet, Application and AppProject.
//
// The types are wire-compatible with Argo CD 3.5: the same Go names, the same
// JSON names, the same rules for what is left out when empty. A manifest
// written for Argo CD decodes without loss, and what Fairlead encodes is what
// Argo CD would encode. The meaning of each field is defined by Argo CD's
// documentation, https://argo-cd.readthedocs.io/en/release-3.5/.
//
// The package owns shapes, names (annotations, labels, finalizers, condition
// types and reasons) and the small readings of a single object that everybody
// must agree on (GetProject, GetSources, IsAutomatedSyncEnabled). It refuses
// everything that needs another object, a clock or a client.
//
// Fairlead differs knowingly in six places:
//
//   - Application and ApplicationSet have a status subresource, so
//     metadata.generation follows spec alone.
//   - A missing spec.project means the project "default"; Argo CD's schema
//     requires it to be written.
//   - A git generator's revision may be missing, and means HEAD.
//   - The templates of generators have no schema, because 23 copies of an
//     Application cost an API server 110 MiB. DecodeApplicationSet checks them.
//   - Application.status.delivery is Fairlead's own.
//   - Unknown fields are kept by the API server, so that a manifest for a
//     newer Argo CD survives. Typed values drop them: write patches, never
//     typed updates.
//
// Reading order: application.go, source.go, destination.go, syncpolicy.go for
// what users write; status.go, operation.go, health.go, conditions.go for what
// the hub writes; applicationset.go and generators_*.go for sets; project.go.
//
// It imports apimachinery, and the JSON type of apiextensions/v1 for values of
// any shape.
//
// +kubebuilder:object:generate=true
// +groupName=argoproj.io
package v1alpha1
