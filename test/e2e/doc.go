// Package e2e flies whole routes: the real binaries (built with -race), an
// embedded hub, real Kubernetes clusters with an agent each, and a real Git
// server. One fleet serves all tests; each test has labels, namespaces and
// repositories of its own.
package e2e
