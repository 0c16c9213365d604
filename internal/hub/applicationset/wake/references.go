package wake

import (
	"encoding/json"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// reference is a Secret or ConfigMap that a generator names.
type reference struct {
	kind      string // Secret or ConfigMap
	namespace string
	name      string
}

// The kinds of reference.
const (
	secretKind    = "Secret"
	configMapKind = "ConfigMap"
)

// referencesOf lists what a set's generators name: tokens and certificates in
// its namespace, and in the control namespace the ConfigMaps of plugins and
// placements. A name that a template makes is not among them, nor is a Secret
// that a plugin's ConfigMap names; such a set looks at its interval.
func referencesOf(set *v1alpha1.ApplicationSet, control string) []reference {
	var out []reference
	for _, g := range leaves(set) {
		namespace := set.Namespace
		if g.Plugin != nil || g.ClusterDecisionResource != nil {
			namespace = control
		}
		if g.List != nil || g.Clusters != nil || g.Git != nil {
			continue
		}
		raw, err := json.Marshal(g)
		if err != nil {
			continue
		}
		var tree any
		if json.Unmarshal(raw, &tree) == nil {
			out = named(out, namespace, tree)
		}
	}
	return out
}

// named walks the JSON of a generator. The fields that name objects are called
// the same wherever they stand.
func named(out []reference, namespace string, tree any) []reference {
	switch v := tree.(type) {
	case []any:
		for _, item := range v {
			out = named(out, namespace, item)
		}
	case map[string]any:
		for key, value := range v {
			name, isText := value.(string)
			switch {
			case isText && (key == "secretName" || key == "appSecretName"):
				out = append(out, reference{secretKind, namespace, name})
			case isText && (key == "configMapName" || key == "configMapRef"):
				out = append(out, reference{configMapKind, namespace, name})
			case key == "configMapRef":
				if ref, ok := value.(map[string]any); ok {
					if name, ok := ref["name"].(string); ok {
						out = append(out, reference{configMapKind, namespace, name})
					}
				}
			case key != "template" && key != "values":
				out = named(out, namespace, value)
			}
		}
	}
	return out
}
