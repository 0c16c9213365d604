package v1alpha1

import "encoding/json"

// ApplicationSourcePlugin holds options for a config management plugin.
type ApplicationSourcePlugin struct {
	// Name of the plugin; empty lets plugins discover the source.
	Name string `json:"name,omitempty"`
	// Env is added to the plugin's environment.
	Env `json:"env,omitempty"`
	// Parameters for the plugin.
	Parameters ApplicationSourcePluginParameters `json:"parameters,omitempty"`
}

// Env is a list of environment variables.
type Env []*EnvEntry

// EnvEntry is one environment variable.
type EnvEntry struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ApplicationSourcePluginParameters is a list of parameters.
type ApplicationSourcePluginParameters []ApplicationSourcePluginParameter

// ApplicationSourcePluginParameter is a parameter whose value is a string, a
// map or a list. A field that is present and empty differs from one that is
// absent, hence the pointers.
type ApplicationSourcePluginParameter struct {
	// Name of the parameter.
	Name string `json:"name,omitempty"`
	// String_ is the value of a string parameter.
	String_ *string `json:"string,omitempty"`
	// OptionalMap is the value of a map parameter.
	*OptionalMap `json:",omitempty"`
	// OptionalArray is the value of a list parameter.
	*OptionalArray `json:",omitempty"`
}

// OptionalMap is a map that may be present and empty.
type OptionalMap struct {
	// +optional
	Map map[string]string `json:"map"`
}

// OptionalArray is a list that may be present and empty.
type OptionalArray struct {
	// +optional
	Array []string `json:"array"`
}

// MarshalJSON writes the name always, and a present but empty map or list as
// {} or [].
func (p ApplicationSourcePluginParameter) MarshalJSON() ([]byte, error) {
	fields := map[string]any{"name": p.Name}
	if p.String_ != nil {
		fields["string"] = *p.String_
	}
	if p.OptionalMap != nil {
		fields["map"] = orEmptyMap(p.Map)
	}
	if p.OptionalArray != nil {
		fields["array"] = append([]string{}, p.Array...)
	}
	return json.Marshal(fields)
}

func orEmptyMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
