// Package secrets will turn ExternalSecret references into credentials for
// sources at the last moment: matched by URL prefix, used where they are
// needed, never stored and never shown. Until it exists, sources are read
// without credentials.
package secrets
