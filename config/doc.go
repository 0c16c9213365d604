// Package config holds what is installed into a hub's API server: the
// CustomResourceDefinitions of argoproj.io and fairlead.dev. They are
// generated from api/ by tools/gen/generate.sh; see crd/.
//
// It refuses to talk to an API server: whoever installs them applies what CRDs
// returns.
package config
