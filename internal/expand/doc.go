// Package expand is the only place that turns an ApplicationSet into
// Applications.
//
// Expand is a function of its arguments: the set, the inputs gathered so far,
// and options. It runs the generators, renders the template for every
// parameter set, and sorts the outcome into Applications, rejected rows and
// duplicates; or it says which inputs it still lacks. The hub, the command line
// and every other caller use this one function, so they cannot disagree.
//
// An Expander keeps what an expansion rests on, so that after a change of some
// clusters only their rows are evaluated and rendered. That is possible while
// each row derives from one cluster (generators.Dependence); Change declines
// where it is not, and where a check that looks at all rows could come out
// otherwise. The outcome is always that of Expand over the whole.
//
// While rows are rejected, Protection says which Applications may be theirs and
// so must not be deleted.
//
// It refuses clients, the network, the clock and the environment. Fetching what
// is missing is internal/inputs' work; deciding what may be deleted is the
// hub's. Equal arguments give equal results, in equal order.
package expand
