//go:build !linux

package lull

// unmapProgram is for Linux alone.
func unmapProgram() {}
