// Package applicationset holds the leader's loop over ApplicationSets: it
// keeps Applications equal to what the set expands to.
//
// It expands with the same function as the CLI, writes only differences, and
// changes nothing at all when a generator failed. What an Application is to run
// (Application.spec of its rows) is its; what runs is not.
package applicationset
