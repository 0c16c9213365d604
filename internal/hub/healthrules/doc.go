// Package healthrules brings the fleet's own health rules from their ConfigMap
// to the index that agents are told from, and tells people of rules that are
// refused.
//
//   - [Feed], on every replica, follows the ConfigMap and gives the index what
//     can be used of it. The end of the ConfigMap is the end of its rules; while
//     it cannot be read, they stay.
//   - [Teller], on the leader, names refused rules in an event, and in an
//     annotation that stays until they are mended. It also names the Lua health
//     checks of an Argo CD installation, which nobody runs here.
//
// What a rule may say is internal/health's; docs/health.md has it for people.
package healthrules
