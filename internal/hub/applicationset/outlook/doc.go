// Package outlook expands sets: from nothing, or building on the last look where
// only clusters or Applications have changed.
//
//   - outlook.go: what a set expands to, as far as it has to be compared.
//   - expansions.go: the two ways to get there.
//   - pulls.go: what hosts said of pull requests, if they were asked.
//   - warm.go, memory.go: what is remembered of a set, and of how many.
//
// It has no client: who calls it reads the fleet and answers generators.
package outlook
