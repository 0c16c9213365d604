// Package payload reads what Git hosts send: the body of a hook goes in, an
// [Event] comes out that is the same whoever sent it.
//
// It owns the handful of fields that matter of each provider's payload, the
// form in which two spellings of one repository are equal ([Key]), which
// followed revisions a moved reference touches ([Move.Touches]), and how
// events are added up ([Event.Merge]). It is pure: it trusts nothing that it
// reads, never panics, and keeps no URL with user information.
//
// Only the fields that are used are decoded, so that a provider may add or
// change others. Libraries that decode whole payloads were looked at; they
// check signatures only if a secret happens to be set and compare some of them
// in variable time.
package payload
