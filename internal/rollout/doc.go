// Package rollout will decide, purely, which clusters may move to a new
// revision next: desired + observed + now -> next step. Moving a cohort of a
// Pin is the act; this package only says when.
//
// It refuses clients, clocks and waiting. Until it exists every cluster of a
// set moves at once: the Pin has the default cohort only.
package rollout
