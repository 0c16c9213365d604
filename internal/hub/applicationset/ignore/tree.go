package ignore

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// ruled is what a row decides of an Application, and all that rules about
// ignored fields may touch.
type ruled struct {
	APIVersion string                   `json:"apiVersion"`
	Kind       string                   `json:"kind"`
	Metadata   ruledMeta                `json:"metadata"`
	Spec       v1alpha1.ApplicationSpec `json:"spec"`
}

type ruledMeta struct {
	Name        string            `json:"name"`
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Finalizers  []string          `json:"finalizers,omitempty"`
}

// toTree is the JSON of an Application as maps and lists, numbers as written.
func toTree(app *v1alpha1.Application) (any, error) {
	raw, err := json.Marshal(ruled{
		APIVersion: v1alpha1.SchemeGroupVersion.String(), Kind: v1alpha1.ApplicationKind,
		Metadata: ruledMeta{app.Name, app.Namespace, app.Labels, app.Annotations, app.Finalizers},
		Spec:     app.Spec,
	})
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree any
	return tree, decoder.Decode(&tree)
}

// fromTree writes what a tree says into an Application.
func fromTree(tree any, app *v1alpha1.Application) error {
	raw, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	var out ruled
	if err := json.Unmarshal(raw, &out); err != nil {
		return err
	}
	app.Labels, app.Annotations, app.Finalizers = out.Metadata.Labels, out.Metadata.Annotations, out.Metadata.Finalizers
	app.Spec = out.Spec
	return nil
}

// withoutPointer deletes one place of a tree, if it is there.
func withoutPointer(tree any, tokens []string) any {
	last := len(tokens) == 1
	switch v := tree.(type) {
	case map[string]any:
		child, ok := v[tokens[0]]
		switch {
		case ok && last:
			delete(v, tokens[0])
		case ok:
			v[tokens[0]] = withoutPointer(child, tokens[1:])
		}
	case []any:
		i, err := strconv.Atoi(tokens[0])
		switch {
		case err != nil || i < 0 || i >= len(v):
		case last:
			return slices.Delete(slices.Clone(v), i, i+1)
		default:
			v[i] = withoutPointer(v[i], tokens[1:])
		}
	}
	return tree
}

// combine is what want asks for, with what live has in the ignored places.
// Where the two agree but for those, it is live. Maps combine key by key, and
// so do lists item by item; an item that differs elsewhere too is want's own,
// for nothing tells which of live's items it was.
func combine(live, want stripped) any {
	if reflect.DeepEqual(live.bare, want.bare) {
		return live.whole
	}
	wantMap, ok := want.bare.(map[string]any)
	if liveMap, both := live.bare.(map[string]any); ok && both {
		return combineMaps(liveMap, live.whole.(map[string]any), wantMap, want.whole.(map[string]any))
	}
	wantList, ok := want.bare.([]any)
	if liveList, both := live.bare.([]any); ok && both {
		return combineLists(liveList, live.whole, wantList, want.whole)
	}
	return want.whole
}

func combineMaps(liveBare, live, wantBare, want map[string]any) map[string]any {
	out := make(map[string]any, len(want))
	for key, value := range wantBare {
		if bare, known := liveBare[key]; known {
			out[key] = combine(stripped{live[key], bare}, stripped{want[key], value})
		} else {
			out[key] = want[key]
		}
	}
	for key, value := range live {
		if _, decided := wantBare[key]; decided {
			continue
		}
		bare, compared := liveBare[key]
		if !compared {
			out[key] = value // ignored
		} else if rest, some := residue(value, bare); some {
			out[key] = rest
		}
	}
	return out
}

// residue is what is ignored of a value that is not wanted any more.
func residue(whole, bare any) (rest any, some bool) {
	if wholeList, ok := whole.([]any); ok {
		if bareList, ok := bare.([]any); ok {
			out, ok := leftOut(wholeList, bareList)
			return out, ok && len(out) > 0
		}
	}
	wholeMap, ok := whole.(map[string]any)
	bareMap, both := bare.(map[string]any)
	if !ok || !both {
		return nil, false
	}
	out := map[string]any{}
	for key, value := range wholeMap {
		if inner, compared := bareMap[key]; !compared {
			out[key] = value
		} else if rest, some := residue(value, inner); some {
			out[key] = rest
		}
	}
	return out, len(out) > 0
}

func combineLists(liveBare []any, live any, wantBare []any, want any) any {
	whole, ok := live.([]any)
	own, ownOK := want.([]any)
	switch {
	case !ok || !ownOK:
		return want
	case len(whole) == len(liveBare) && len(own) == len(wantBare):
		out := slices.Clone(own)
		for i := range own {
			if i < len(whole) && reflect.DeepEqual(liveBare[i], wantBare[i]) {
				out[i] = whole[i]
			}
		}
		return out
	}
	// Whole items are ignored: live's stay, behind those that want decides.
	kept, ok := leftOut(whole, liveBare)
	if _, wantOK := leftOut(own, wantBare); !ok || !wantOK {
		return want
	}
	return append(slices.Clone(wantBare), kept...)
}

// leftOut are the items of whole that bare, which keeps the order, lacks;
// false if bare holds anything else.
func leftOut(whole, bare []any) (out []any, ok bool) {
	for _, item := range whole {
		if len(bare) > 0 && reflect.DeepEqual(item, bare[0]) {
			bare = bare[1:]
			continue
		}
		out = append(out, item)
	}
	return out, len(bare) == 0
}
