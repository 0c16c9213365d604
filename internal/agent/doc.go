// Package agent delivers Applications to the cluster it runs on: it receives
// its desired set from the hub, fetches, renders, applies, judges and reports.
//
// # What it owns
//
//   - [Run]: the whole agent, usable as a process of its own (cmd/fairlead-agent)
//     and inside another one. There are no globals; two agents may run in one
//     process on two clusters.
//   - identity: the agent's key and certificate on disk, enrolment, renewal.
//   - anchor: what of the agent lives in its cluster: the lease that keeps two
//     agents from acting at once, and the key that seals the local store.
//   - state: what the local store holds, and in which form.
//   - link: the connection to the hub: the desired set in, reports out.
//   - drift: watches on the managed kinds; says which Application lost shape.
//   - decide: pure: compare result, policy and history in; next step out.
//   - reconcile: the phases that bring one Application from bundle to status.
//   - status: pure: what is known about one Application, as Argo CD writes it.
//   - facts: Kubernetes version, nodes and GPUs.
//
// # What it promises
//
// It starts from disk: managed Applications are watched and healed before, and
// without, any connection to hub or Git. What is merely missing from the
// desired set keeps running. It deletes only on a tombstone, or by pruning what
// left the rendered manifests. Idle, it sends the API server nothing but
// watches and its lease.
//
// # What it refuses
//
// It writes nothing at the hub, holds no credential of another cluster, and
// imports nothing of internal/hub.
package agent
