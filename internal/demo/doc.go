// Package demo runs a whole fleet on this machine: an embedded hub, three real
// Kubernetes clusters with an agent each, and a Git server between them.
//
// Hub and agents are the ordinary binaries, started as child processes and
// joined with the ordinary commands, so what the demo shows is what a user
// gets. Everything ends with the demo; nothing is left behind.
package demo
