// Package compatibility checks that docs/COMPATIBILITY.md is whole and that
// the tests it names exist.
package compatibility
