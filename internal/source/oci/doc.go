// Package oci reads charts and artifacts of plain manifests from OCI
// registries, each pinned by the digest of its manifest.
//
// A chart is an artifact with Helm's layer. Any other artifact has one layer
// that is a tar archive of an accepted media type, compressed or not, as
// `oras push` and `flux push artifact` make them; layers of other media types
// (provenance, attestations) are left alone. Indexes of several platforms are
// refused. Everything is checked against its digest, from the registry and from
// the cache.
//
// https://argo-cd.readthedocs.io/en/stable/user-guide/oci/
package oci
