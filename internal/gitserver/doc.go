// Package gitserver is a real Git server for the demo and for tests: git's own
// http-backend behind net/http, over bare repositories in one directory.
//
// It owns: the smart HTTP protocol for fetch and push, making repositories
// from a file tree, commits without a work tree, and being away on request
// (Pause, Down).
//
// It refuses: to authenticate. Therefore pushes are taken from the loopback
// address only, whatever address it listens on.
//
// It needs the git command (2.35 or later).
package gitserver
