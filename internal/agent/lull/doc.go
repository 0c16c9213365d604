// Package lull gives memory back when an agent has come to rest.
//
// Starting, rendering and applying touch most of the program and leave garbage;
// an agent at rest needs little of either. A while after the last work the
// garbage is collected and returned to the system, and the pages of the program
// file are unmapped: they are read only, stay in the system's cache, and those
// that are needed again come back by a page fault each. Nothing ticks.
package lull
