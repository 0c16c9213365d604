// Package pin decides which revision the fleet runs.
//
// Resolver asks each Git server, chart repository and registry what a branch,
// tag or range of versions means, and what a value file at a URL holds: once
// per repository, chart and revision whatever the fleet's size. Controller
// writes the answers into Pin objects: one per ApplicationSet, one per source
// and revision for Applications that no set owns, and one per value file at a
// URL, since a set may have one for each of its clusters. Delivery joins
// Application and Pins; nothing here touches Application.spec.
//
// It refuses to guess: while a server is away, the last answer stays. And it
// refuses a chart's version that was published anew with another content,
// until somebody asks for it.
package pin
