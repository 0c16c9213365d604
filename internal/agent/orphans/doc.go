// Package orphans finds objects in a namespace that belong to no Application,
// where a project asks for it (spec.orphanedResources). It lists metadata only,
// page by page, each namespace at most once in ten minutes however many
// Applications ask, and sends nothing where nobody does. It changes nothing.
//
// Source: https://argo-cd.readthedocs.io/en/stable/user-guide/orphaned-resources/
package orphans
