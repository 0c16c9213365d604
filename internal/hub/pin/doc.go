// Package pin decides which commit the fleet runs.
//
// Resolver asks each Git server what a branch or tag means, once per
// repository and revision whatever the fleet's size. Controller writes the
// answers into Pin objects: one per ApplicationSet, and one per repository and
// revision for Applications that no set owns. Delivery joins Application and
// Pin; nothing here touches Application.spec.
//
// It refuses to guess: while a server is away, the last answer stays.
package pin
