package helm

import (
	"bytes"
	"context"
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
func userValues(ctx context.Context, tree fs.FS, folder string, o Options, limits manifest.Limits) (map[string]any, error) {
	files := valueFiles{ctx: ctx, tree: tree, folder: folder, refs: o.Refs, remote: o.RemoteFiles, env: o.Env, ignoreMissing: o.Source.IgnoreMissingValueFiles}
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
	found, err := files.list(o.Source.ValueFiles)
	if err != nil {
		return nil, err
	}
	for _, f := range found {
		if err := merge(f.name, f.text); err != nil {
			return nil, err
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

// setParameters applies single values as --set, then --set-string, then
// --set-file, which is Helm's order whatever the Application's is.
func setParameters(values map[string]any, o Options, files valueFiles) error {
	for _, forced := range []bool{false, true} {
		set := strvals.ParseInto
		if forced {
			set = strvals.ParseIntoString
		}
		for i, p := range o.Source.Parameters {
			if p.ForceString != forced {
				continue
			}
			if err := set(p.Name+"="+escapeCommas(o.Env(p.Value)), values); err != nil {
				return fmt.Errorf("helm.parameters[%d]: %s: %w", i, p.Name, err)
			}
		}
	}
	for i, p := range o.Source.FileParameters {
		file, err := files.one(p.Path)
		if err != nil {
			return fmt.Errorf("helm.fileParameters[%d]: %s: %w", i, p.Name, err)
		}
		reader := func([]rune) (any, error) { return string(file.text), nil }
		if err := strvals.ParseIntoFile(p.Name+"=file", values, reader); err != nil {
			return fmt.Errorf("helm.fileParameters[%d]: %s: %w", i, p.Name, err)
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
