// Package generators turns an ApplicationSet's generators into parameter sets.
//
// Evaluate is the one way in: it runs every generator of one entry of
// spec.generators and applies the entry's selector. Each kind of generator has
// a file of its own and one line in the table of kinds.
//
// Everything is a value: the inventory of clusters, the Git trees, the options.
// A generator that needs a repository which the inputs lack does not fetch it;
// it asks for it (Request), and whoever gathers inputs calls again. A failed
// generator fails as a whole: half a list of parameter sets would delete
// Applications.
//
// It refuses clients, the network and the clock, and it does not know the
// template languages: those come in through Templates.
package generators
