// Package rbac will evaluate Argo CD's policy language for users of the hub's
// API and web UI. The hub alone uses it; agents never link it.
package rbac
