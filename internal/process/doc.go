// Package process keeps child processes running and guarantees that none of
// them outlives its purpose.
//
// It owns: starting a child so that the kernel ends it when its parent dies
// (even by SIGKILL), a pid file by which a restarted parent finds and ends
// what an earlier one left behind, restarts with backoff, a log file, and
// stopping with SIGTERM first and SIGKILL after a grace period.
//
// It refuses: to know what the child does or when it is ready (the caller
// knows that), to touch a process that it cannot prove to be its own, and to
// run on systems other than Linux, because only there does the kernel promise
// that children die with their parent.
package process
