// Package questions puts together who answers the questions of generators.
//
// New answers each by its kind: plugin, placement, and the Git hosts of scm.
// Cache keeps answers and shares them between sets, so that a fleet of sets
// asks a service once, and one that is down or throttles is left alone.
//
// It judges no answer: an empty listing is one.
package questions
