// Package webui will carry the built web interface inside the binary. It
// imports nothing of the project.
package webui
