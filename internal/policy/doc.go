// Package policy will check Applications against their AppProject (sources,
// destinations, kinds, sync windows) in one pure function that the hub calls
// before it delivers and the agent before it applies.
//
// The project already travels with every bundle, so that an agent can check
// offline. Until the function exists only the project's existence is checked.
package policy
