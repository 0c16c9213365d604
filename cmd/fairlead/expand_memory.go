package main

import (
	"os"
	"runtime/debug"
)

// What an expansion of a whole fleet, or the rendering of a chart, may take
// before garbage is collected as eagerly as in a process that lives on.
const (
	expandGCPercent   = 400
	expandMemoryLimit = 192 << 20 // bytes
)

// collectLess trades memory for time: a command that reads, prints and ends has
// little garbage worth collecting. The environment wins.
func collectLess() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(expandGCPercent)
		debug.SetMemoryLimit(expandMemoryLimit)
	}
}
