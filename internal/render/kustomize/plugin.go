package kustomize

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// builtinPlugins is the apiVersion of configurations the library runs itself.
const builtinPlugins = "builtin"

// isMapping reports whether text is YAML written in place of a path.
func isMapping(text string) bool {
	var value map[string]any
	return yaml.Unmarshal([]byte(text), &value) == nil && len(value) > 0
}

// plugin checks the configuration of generators, transformers and validators:
// only built-in ones, and no path in them may be remote.
func (s *scan) plugin(file string, text []byte) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var config map[string]any
		switch err := decoder.Decode(&config); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil: // what cannot be checked does not run
			return fmt.Errorf("%s: %w", file, err)
		}
		if version, _ := config["apiVersion"].(string); config != nil && version != builtinPlugins {
			return fmt.Errorf("%s: plugin %v of %q: only built-in generators and transformers run", file, config["kind"], version)
		}
		if kind, _ := config["kind"].(string); strings.HasPrefix(kind, "HelmChart") {
			return fmt.Errorf("%s: helmCharts are not rendered through Kustomize; make the chart an Application of its own", file)
		}
		if remote := remotePath(config); remote != "" {
			return fmt.Errorf("%s: plugin %v names %q: remote files are refused; copy it into the repository", file, config["kind"], shorten(remote))
		}
	}
}

// remotePath finds a remote path in a plugin's configuration, at any depth.
// The library matches keys without regard to case.
func remotePath(value any) string {
	switch v := value.(type) {
	case map[string]any:
		for key, child := range v {
			switch strings.ToLower(key) {
			case "path", "paths", "files", "env", "envs", "crds", "resources":
				if r := remoteString(child); r != "" {
					return r
				}
			}
			if r := remotePath(child); r != "" {
				return r
			}
		}
	case []any:
		for _, child := range v {
			if r := remotePath(child); r != "" {
				return r
			}
		}
	}
	return ""
}

func remoteString(value any) string {
	switch v := value.(type) {
	case string:
		if isURL(v) {
			return v
		}
	case []any:
		for _, child := range v {
			if r := remoteString(child); r != "" {
				return r
			}
		}
	}
	return ""
}
