package healthrules

import (
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// argoConfigMap is where Argo CD has its health checks in Lua.
// Source: https://argo-cd.readthedocs.io/en/stable/operator-manual/health/#custom-health-checks.
const (
	argoConfigMap = "argocd-cm"
	luaPrefix     = "resource.customizations.health."
	luaMap        = "resource.customizations"
)

// luaChecks lists the kinds, as group_Kind, that have a health check in Lua,
// sorted, each with the key that it is under.
func luaChecks(data map[string]string) (kinds []string, keys map[string]string) {
	keys = map[string]string{}
	var old map[string]map[string]any
	if yaml.Unmarshal([]byte(data[luaMap]), &old) == nil {
		for kind, settings := range old {
			if _, found := settings["health.lua"]; found {
				keys[strings.ReplaceAll(kind, "/", "_")] = luaMap
			}
		}
	}
	for key := range data {
		if kind, found := strings.CutPrefix(key, luaPrefix); found && kind != "" {
			keys[kind] = key
		}
	}
	return slices.Sorted(maps.Keys(keys)), keys
}

// ignored says which Lua checks nobody runs, and what to do instead; "" if
// each kind has rules of the fleet.
func ignored(argo, rules map[string]string) string {
	kinds, keys := luaChecks(argo)
	var lines []string
	for _, kind := range kinds {
		if _, replaced := rules[kind]; !replaced {
			lines = append(lines, keys[kind]+": the Lua health check of "+kind+" is not run")
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return "write these in CEL, under the key of their kind, in ConfigMap " + ConfigMapName +
		" (docs/health.md); until then the built-in rules decide: " + strings.Join(lines, "; ")
}
