// Package buildenv knows the variables that an Application's sources may refer
// to, and which value files at URLs they name with them.
//
// It is apart from the renderers because the hub, which renders nothing, pins
// those files too.
//
// It refuses to read the process's own environment.
package buildenv
