// Package status writes what an agent knows about one Application in the form
// of Argo CD's ApplicationStatus. It is pure.
//
//   - [Of] assembles the status; an unchanged Application gives equal bytes, so
//     that an idle agent reports nothing.
//   - [Results] and [History] tell of operations.
//   - [Trim] keeps a status below what the hub takes.
//   - [Images] reads the images that objects name.
//
// Who writes which field is in api/v1alpha1: the hub's leader owns conditions
// and the agent's are merged into them there.
package status
