// Package policy checks Applications against their AppProject in pure
// functions that the hub calls before it delivers and the agent before it
// applies.
//
// So far it checks that the project exists. Sources, destinations, kinds and
// sync windows are to come; the project already travels with every bundle, so
// that an agent can check them offline.
package policy
