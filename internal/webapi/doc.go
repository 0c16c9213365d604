// Package webapi will serve the JSON API (with its OpenAPI document) and the
// event stream that web UI and command line use. It reads read models and
// writes Kubernetes objects; it contains no decisions of its own.
package webapi
