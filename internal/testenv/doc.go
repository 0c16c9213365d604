// Package testenv hands real Kubernetes API servers to tests.
//
// It owns: one hub API server and up to three whole clusters per `make test`
// (test/suite starts them and passes kubeconfigs by environment) or, for a
// single `go test`, per test process, started when first asked for, on one
// etcd without fsync. A package that uses it should say
//
//	func TestMain(m *testing.M) { testenv.Main(m) }
//
// so that what the process started is stopped and removed; without it the
// kernel still ends the children, and the next test process removes their
// directory.
//
// It refuses: fakes, and isolation beyond namespaces. Tests share servers, so
// each takes a fresh Namespace, names cluster-wide objects after it, and
// counts only what is its own. A test that needs a cluster to itself (to kill
// it, say) starts one with Start.
package testenv
