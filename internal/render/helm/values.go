package helm

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"

	"helm.sh/helm/v4/pkg/chart/v2/loader"
	"helm.sh/helm/v4/pkg/strvals"

	"github.com/fairlead/fairlead/internal/render/manifest"
)

// userValues merges what the Application says, the last one winning: value
// files in their order, valuesObject (or else values), parameters, file
// parameters.
// https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-value-precedence
func userValues(tree fs.FS, folder string, o Options, limits manifest.Limits) (map[string]any, error) {
	files := valueFiles{tree: tree, folder: folder, refs: o.Refs, env: o.Env, ignoreMissing: o.Source.IgnoreMissingValueFiles}
	values := map[string]any{}
	merge := func(shown string, text []byte) error {
		if err := manifest.Check(shown, text, limits.DocumentBytes); err != nil {
			return err
		}
		parsed, err := loader.LoadValues(bytes.NewReader(text))
		if err != nil {
			return fmt.Errorf("%s: %w", shown, err)
		}
		values = loader.MergeMaps(values, parsed)
		return nil
	}
	for _, name := range o.Source.ValueFiles {
		found, err := files.find(name)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if err := merge(f.name, f.text); err != nil {
				return nil, err
			}
		}
	}
	shown, inline := "helm.values", []byte(o.Source.Values)
	if object := o.Source.ValuesObject; object != nil && len(object.Raw) > 0 {
		shown, inline = "helm.valuesObject", object.Raw
	}
	if err := merge(shown, inline); err != nil {
		return nil, err
	}
	return values, setParameters(values, o, files)
}

// setParameters applies single values as --set, --set-string and --set-file.
func setParameters(values map[string]any, o Options, files valueFiles) error {
	for _, p := range o.Source.Parameters {
		set := strvals.ParseInto
		if p.ForceString {
			set = strvals.ParseIntoString
		}
		if err := set(p.Name+"="+escapeCommas(o.Env(p.Value)), values); err != nil {
			return fmt.Errorf("helm.parameters: %s: %w", p.Name, err)
		}
	}
	for _, p := range o.Source.FileParameters {
		files.ignoreMissing = false
		found, err := files.find(p.Path)
		if err != nil {
			return fmt.Errorf("helm.fileParameters: %s: %w", p.Name, err)
		}
		if len(found) != 1 {
			return fmt.Errorf("helm.fileParameters: %s: %q matches %d files", p.Name, p.Path, len(found))
		}
		content := string(found[0].text)
		reader := func([]rune) (any, error) { return content, nil }
		if err := strvals.ParseIntoFile(p.Name+"=file", values, reader); err != nil {
			return fmt.Errorf("helm.fileParameters: %s: %w", p.Name, err)
		}
	}
	return nil
}

// escapeCommas keeps a comma from beginning another parameter, unless the
// value is a list in braces or the comma is escaped already.
func escapeCommas(value string) string {
	if strings.HasPrefix(value, "{") && strings.HasSuffix(value, "}") {
		return value
	}
	var out strings.Builder
	escaped := false
	for _, r := range value {
		if r == ',' && !escaped {
			out.WriteByte('\\')
		}
		escaped = r == '\\' && !escaped
		out.WriteRune(r)
	}
	return out.String()
}
