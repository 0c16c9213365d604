// Command suite runs the project's tests the way `make test` does.
//
//	go run ./test/suite [-stages unit,fuzz,servers,e2e] [-fuzztime 3s] [-flags "-v -run X"] [-- packages]
//
// It sorts the packages into stages (see stage.go), starts one set of real API
// servers for all packages that need them, hands it over by environment (see
// internal/testenv), streams what go test prints, and ends with a table of
// minutes. All stages run even if one fails. It also fails when a process that
// the tests started is still there at the end.
package main
