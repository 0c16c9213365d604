// Package appsetcases runs every case of this folder through the expansion that
// the hub and the command line use, and compares exactly. README.md says what a
// case holds and where the expectations come from.
package appsetcases
