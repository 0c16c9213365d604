package apply

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itchyny/gojq"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// leaving gives the wanted object with the ignored fields as they are in the
// cluster: applied or compared like that, they make no difference. The rules
// are spec.ignoreDifferences
// (https://argo-cd.readthedocs.io/en/stable/user-guide/diffing/).
func (m *Manifests) leaving(o object, live *unstructured.Unstructured) *unstructured.Unstructured {
	var out *unstructured.Unstructured
	for _, rule := range m.settings.IgnoreDifferences {
		if !matches(rule, o.ref) {
			continue
		}
		if out == nil {
			out = o.want.DeepCopy()
		}
		for _, path := range ignoredPaths(rule, out, live) {
			copyAt(out.Object, live.Object, path)
		}
	}
	if out == nil {
		return o.want
	}
	return out
}

// matches tells whether a rule is about an object.
func matches(rule v1alpha1.ResourceIgnoreDifferences, ref Ref) bool {
	is := func(pattern, value string) bool { return pattern == value || pattern == "*" }
	return is(rule.Group, ref.Group) && is(rule.Kind, ref.Kind) &&
		(rule.Name == "" || rule.Name == ref.Name) && (rule.Namespace == "" || rule.Namespace == ref.Namespace)
}

// fieldPath leads to a field: each step a string (a key), an int (a position)
// or a map (the keys by which an element is found).
type fieldPath []any

// ignoredPaths that a rule names in either object. What cannot be read names
// none; [IgnoreWarnings] says so.
func ignoredPaths(rule v1alpha1.ResourceIgnoreDifferences, want, live *unstructured.Unstructured) []fieldPath {
	var out []fieldPath
	for _, p := range rule.JSONPointers {
		if !strings.HasPrefix(p, "/") {
			continue
		}
		out = append(out, pointerPath(p))
	}
	for _, expression := range rule.JQPathExpressions {
		for _, obj := range []*unstructured.Unstructured{want, live} {
			paths, _ := jqPaths(expression, obj.Object)
			out = append(out, paths...)
		}
	}
	for _, m := range live.GetManagedFields() {
		if m.FieldsV1 == nil || !slices.Contains(rule.ManagedFieldsManagers, m.Manager) {
			continue
		}
		var fields map[string]any
		if json.Unmarshal(m.FieldsV1.GetRawBytes(), &fields) == nil {
			out = append(out, managedPaths(nil, fields)...)
		}
	}
	return out
}

// pointerPath reads RFC 6901.
func pointerPath(pointer string) fieldPath {
	var out fieldPath
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
		out = append(out, part)
	}
	return out
}

// IgnoreWarnings names the rules that cannot be read, and have no effect.
func IgnoreWarnings(rules v1alpha1.IgnoreDifferences) []string {
	var out []string
	for _, rule := range rules {
		for _, expression := range rule.JQPathExpressions {
			if _, err := gojq.Parse("path(" + expression + ")"); err != nil {
				out = append(out, fmt.Sprintf("ignoreDifferences of %s: jq expression %q has no effect: %v", rule.Kind, expression, err))
			}
		}
		for _, pointer := range rule.JSONPointers {
			if !strings.HasPrefix(pointer, "/") {
				out = append(out, fmt.Sprintf("ignoreDifferences of %s: JSON pointer %q has no effect: it has to begin with /", rule.Kind, pointer))
			}
		}
	}
	return out
}

// jqTimeout bounds one expression on one object.
const jqTimeout = time.Second

// jqPaths are the paths that an expression yields for an object, at most
// maxPaths.
func jqPaths(expression string, obj map[string]any) ([]fieldPath, error) {
	const maxPaths = 10_000
	query, err := gojq.Parse("path(" + expression + ")")
	if err != nil {
		return nil, fmt.Errorf("ignoreDifferences: jq expression %q: %w", expression, err)
	}
	var plain any
	data, err := json.Marshal(obj)
	if err == nil {
		err = json.Unmarshal(data, &plain)
	}
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), jqTimeout)
	defer cancel()
	var out []fieldPath
	for iter := query.RunWithContext(ctx, plain); len(out) < maxPaths; {
		v, more := iter.Next()
		if !more {
			break
		}
		if err, failed := v.(error); failed {
			return out, fmt.Errorf("ignoreDifferences: jq expression %q: %w", expression, err)
		}
		if path, ok := v.([]any); ok {
			out = append(out, path)
		}
	}
	return out, nil
}

// managedPaths are the leaves of a set of managed fields: f:name is a key,
// k:{...} an element by its keys, i:n one by position. Elements of sets
// (v:value) are left out: a set is not ignored in part.
func managedPaths(at fieldPath, fields map[string]any) []fieldPath {
	var out []fieldPath
	deeper := false
	for _, name := range sortedKeys(fields) {
		var step any
		kind, rest, _ := strings.Cut(name, ":")
		switch kind {
		case "f":
			step = rest
		case "i":
			step, _ = strconv.Atoi(rest)
		case "k":
			var keys map[string]any
			if json.Unmarshal([]byte(rest), &keys) != nil {
				continue
			}
			step = keys
		default:
			continue
		}
		deeper = true
		below, _ := fields[name].(map[string]any)
		out = append(out, managedPaths(append(slices.Clone(at), step), below)...)
	}
	if !deeper && len(at) > 0 {
		out = append(out, at)
	}
	return out
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare)
	return keys
}
