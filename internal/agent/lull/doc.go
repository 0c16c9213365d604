// Package lull gives memory back when an agent has come to rest.
//
// Starting, rendering and applying leave garbage that an agent at rest would
// keep until the next work. A while after the last work it is collected and
// returned to the system. Nothing ticks.
package lull
