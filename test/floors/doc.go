// Package floors checks that packages import only what docs/ARCHITECTURE.md
// lets them.
package floors
