// Package decide says what to do next about one Application. It is pure: what
// was compared, what the policy allows and what was tried before go in, one
// step comes out. It reads no clock, no cluster and no store.
//
//   - [Next] chooses the step.
//   - [After] judges an attempt: done, failed for good, or again at a time.
//   - [Backoff] is the wait between attempts.
//
// The rules are those of Argo CD's automated sync (its "Automated Sync
// Semantics" page), with two additions for sites that nobody watches: a failed
// automated sync with selfHeal is tried again every [SlowRetry], and healing
// that brings no progress is not repeated until something changes.
package decide
