package apply

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

// owners are the field managers of one live object
// (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management).
type owners []owner

type owner struct {
	manager string
	fields  map[string]any
}

// ownersIn a live object, which may be nil.
func ownersIn(live *unstructured.Unstructured) owners {
	if live == nil {
		return nil
	}
	var out owners
	for _, m := range live.GetManagedFields() {
		if m.FieldsV1 == nil {
			continue
		}
		var fields map[string]any
		if json.Unmarshal(m.FieldsV1.GetRawBytes(), &fields) == nil {
			out = append(out, owner{m.Manager, fields})
		}
	}
	return out
}

// of gives the managers that own the field at the end of steps, sorted, without
// the engine's own, and whether the engine owns it too.
func (o owners) of(steps []any) (others []string, mine bool) {
	for _, entry := range o {
		if !owns(entry.fields, steps) {
			continue
		}
		if entry.manager == FieldManager || entry.manager == runManager {
			mine = true
		} else {
			others = append(others, entry.manager)
		}
	}
	slices.Sort(others)
	return slices.Compact(others), mine
}

// owns follows steps through a set of managed fields. A field without anything
// below it is owned whole.
func owns(fields map[string]any, steps []any) bool {
	for _, step := range steps {
		next, found := below(fields, step)
		if !found {
			return false
		}
		if len(next) == 0 {
			return true
		}
		fields = next
	}
	return true // of a set of scalars, in part at least
}

// below gives what a set of managed fields says of one step.
func below(fields map[string]any, step any) (map[string]any, bool) {
	switch step := step.(type) {
	case string:
		next, found := fields["f:"+step].(map[string]any)
		return next, found
	case element:
		if next, found := fields["i:"+strconv.Itoa(step.index)].(map[string]any); found {
			return next, true
		}
		value, _ := step.value.(map[string]any)
		for name, next := range fields {
			rest, isKey := strings.CutPrefix(name, "k:")
			var keys map[string]any
			if !isKey || json.Unmarshal([]byte(rest), &keys) != nil || !hasKeys(value, keys) {
				continue
			}
			next, found := next.(map[string]any)
			return next, found
		}
	}
	return nil, false
}

// nameAutoscaler names the autoscaler of the manifests that scales an object,
// where replicas that are not in Git have no manager: the API server records
// none for a scale of what nobody owned before.
func (m *Manifests) nameAutoscaler(ref Ref, fields []fleet.FieldDiff) {
	at := slices.IndexFunc(fields, func(f fleet.FieldDiff) bool { return f.Path == "spec.replicas" })
	if at < 0 || fields[at].Class != fleet.FieldDefaulted {
		return
	}
	for _, o := range m.objects {
		if o.ref.Kind != "HorizontalPodAutoscaler" || o.ref.Namespace != ref.Namespace {
			continue
		}
		target, _, _ := unstructured.NestedStringMap(o.want.Object, "spec", "scaleTargetRef")
		group, _, found := strings.Cut(target["apiVersion"], "/")
		if !found {
			group = ""
		}
		if target["kind"] == ref.Kind && target["name"] == ref.Name && group == ref.Group {
			fields[at].Class, fields[at].Managers = fleet.FieldOther, []string{o.ref.Kind + " " + o.ref.Name}
		}
	}
}
