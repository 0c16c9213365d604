// Package plugin is the edge that asks plugins: HTTP services which answer with
// parameter sets.
//
// A ConfigMap says where a plugin is and a Secret holds its token. One question
// is one POST, bounded in time and size. The token goes to the address of the
// ConfigMap and nowhere else, and is in no error. This machine and the metadata
// services of clouds are never dialled, whatever name they go by.
package plugin
