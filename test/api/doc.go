// Package api tests the kinds of api/ and their definitions in config/ against
// a real API server: what it accepts, keeps, refuses and shows.
package api
