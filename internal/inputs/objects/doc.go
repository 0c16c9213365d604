// Package objects holds the objects that generators refer to: as files for the
// command line and tests, and in an API server for the hub.
//
// It reads Secrets, ConfigMaps and listings of any resource, and nothing of it
// writes. Errors name the object and what to do, and never a value. It decides
// nothing about what is read.
package objects
