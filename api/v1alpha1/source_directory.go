package v1alpha1

// ApplicationSourceDirectory holds options for a folder of plain manifests.
type ApplicationSourceDirectory struct {
	// Recurse into folders below Path.
	Recurse bool `json:"recurse,omitempty"`
	// Jsonnet options for *.jsonnet files.
	Jsonnet ApplicationSourceJsonnet `json:"jsonnet,omitempty,omitzero"`
	// Exclude is a glob of paths to leave out; it wins over Include.
	Exclude string `json:"exclude,omitempty"`
	// Include is a glob of paths to read; empty means all.
	Include string `json:"include,omitempty"`
}

// ApplicationSourceJsonnet holds options for Jsonnet.
type ApplicationSourceJsonnet struct {
	// ExtVars are external variables.
	ExtVars []JsonnetVar `json:"extVars,omitempty"`
	// TLAs are top-level arguments.
	TLAs []JsonnetVar `json:"tlas,omitempty"`
	// Libs are folders to search for imports.
	Libs []string `json:"libs,omitempty"`
}

// IsZero reports whether no option is set. An empty list counts as not set,
// so that `jsonnet: {libs: []}` is left out on encoding, as in Argo CD.
func (j ApplicationSourceJsonnet) IsZero() bool {
	return len(j.ExtVars) == 0 && len(j.TLAs) == 0 && len(j.Libs) == 0
}

// JsonnetVar is a variable handed to Jsonnet.
type JsonnetVar struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	// Code says that Value is Jsonnet code and not a string.
	Code bool `json:"code,omitempty"`
}
