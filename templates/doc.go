// Package templates turns parameters into Applications.
//
// Reading order:
//
//   - Engine holds what one ApplicationSet says about templating: the mode
//     (fasttemplate or Go template), its options and its Budget.
//   - Program is a template compiled once: the typed object plus the list of
//     its templated leaves. Executing it costs the leaves and shares the rest.
//   - The evaluator (compiledText) executes the common part of Go templates
//     without reflection, and leaves the rest to text/template.
//   - Values and Generator are the two other things that carry templates: the
//     values of a generator, and a generator nested in a matrix.
//
// It owns both template languages, their functions and their limits. It
// refuses the environment, the network, the clock and randomness: a function
// that would make two expansions of equal input differ is absent, and one that
// can grow without end is metered. Parameters are data, substituted in one
// pass; a template in a value stays text.
//
// Applications made by one Program share their static parts. Treat them as
// read-only and DeepCopy before changing one.
package templates
