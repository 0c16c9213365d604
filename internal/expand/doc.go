// Package expand is the only place that turns an ApplicationSet into
// Applications.
//
// Expand is a function of its arguments: the set, the inputs gathered so far,
// and options. It runs the generators, renders the template for every
// parameter set, and sorts the outcome into Applications, rejected rows and
// duplicates; or it says which inputs it still lacks. The hub, the command line
// and every other caller use this one function, so they cannot disagree.
//
// It refuses clients, the network, the clock and the environment. Fetching what
// is missing is internal/inputs' work; deciding what may be deleted is the
// hub's. Equal arguments give equal results, in equal order.
package expand
