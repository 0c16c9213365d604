// Command bench measures expansions, hub and agents, as `make bench`: a table,
// JSON beside it, and an exit code that says whether every bar was met.
//
// A figure counts fully built Applications. Inside the clock are decoding the
// set's YAML, compiling its templates, evaluating its generators and rendering
// every row, under the ordinary budgets; nothing is kept between iterations.
// Outside it every Application is serialised once, so that none can be less
// than complete.
//
// Each workload of workloads.go runs in a process of its own, which is what
// makes its peak memory known. The clock is judged by the best of several
// iterations: on a machine that others use, the best is what the code costs.
// The floor that is printed first, the thirteen templates of clusters-go in
// plain text/template, says how fast the machine is right now.
//
// The agent's workloads (agent_*.go) measure by themselves: what an agent costs
// at rest, what another program takes for the same in turn with it, how soon
// something is so. Each holds itself against checks, which stand in the table's
// last column.
//
// The package's tests check what does not depend on the machine: counts,
// allocations, and that ten times the rows cost ten times as much.
package main
