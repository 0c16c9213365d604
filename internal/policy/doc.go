// Package policy says what an AppProject permits: pure functions of the project,
// the Application and its cluster, with which hub and agent give the same
// answers. Nothing here reads a clock or an API; time zones come from the
// machine's database, or else from the one that is built in.
//
// # The hub, before it writes an Application or sends it
//
//	if err := policy.CheckProject(&app.Spec, projects); err != nil { ... } // it exists
//	violations := policy.Delivery(project, app, cluster)                   // sourceNamespaces, sourceRepos, destinations
//	condition := policy.Refusal(app, violations)
//
// Violations are a condition of type InvalidSpecError; an Application that has
// some is not delivered anew, and what runs stays. [Problems] says what is
// wrong with a project itself, for its own conditions. The cluster comes from
// the inventory, with its name, its server and its project, whichever of them
// the destination names.
//
// # The agent, on the project that came with the desired set
//
//	project.Name = app.Spec.GetProject()           // a bundle holds the spec alone
//	policy.Application(project, app, cluster)      // again: the hub may have been of another mind
//	table := policy.Windows(project, app, cluster) // kept while these stay the same
//	table.At(now)                                  // may a sync begin, and when to ask again
//	table.Opens(manual, now)                       // when it may
//	table.MayContinue(manual, started, now)        // between waves of a sync under way
//	policy.ServiceAccount(project, app, cluster)   // whom to impersonate
//	policy.Object(project, resource, cluster)      // each object, before it is applied or pruned
//
// An object that is not permitted fails its sync if it is to be applied, a
// namespace made by CreateNamespace too, and is left alone if it would be
// pruned. Offline, the last project that arrived goes on being asked.
//
// # What is refused
//
// All of it fails closed: no project permits nothing; a pattern that cannot be
// read permits nothing and, if it is to forbid, forbids everything; a window
// that cannot be read lets nothing be synced. Every error is a [Violation],
// with the project, the field, the value and what would permit it, and without
// the credentials of a repository's address.
//
// # What is left to others
//
// Global projects (globalProjects of argocd-cm), repositories scoped to a
// project, and signatures: nobody reads them yet. A hub that did would join
// them to the spec before it asks and sends; nothing would change here.
// OrphanedResources are for the agent, which lists. Roles are internal/rbac's.
package policy
