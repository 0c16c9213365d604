package apply

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

const (
	// minHidden is the length from which a value is looked for within others;
	// a shorter one is hidden where it stands alone.
	minHidden = 4
	// minPart is the same for parts of a value: its lines, and what a
	// structured one holds.
	minPart = 6
	// maxHidden bounds the values looked for.
	maxHidden = 20_000
)

// copies are annotations in which tools keep whole objects.
var copies = []string{
	"metadata.annotations[kubectl.kubernetes.io/last-applied-configuration]",
	"metadata.annotations[objectset.rio.cattle.io/applied]",
}

// redactor keeps the values of an Application's Secrets out of everything that
// is said of its objects.
type redactor struct {
	whole  map[string]bool
	within []string // longest first
	// all values are hidden, whosever they are: not all of the Secrets' are known.
	all bool
}

// secretsOf an Application, as wanted and as they are.
func (e *Engine) secretsOf(ctx context.Context, m *Manifests, inv Inventory, kinds lookups) *redactor {
	hide := &redactor{whole: map[string]bool{}}
	var live []Ref
	for _, o := range slices.Concat(m.objects, m.hooks, m.ends) {
		if isSecret(o.ref) {
			hide.secret(o.want)
			if kind, err := kinds.of(o.ref); err == nil && kind.Namespaced && o.ref.Namespace == "" {
				o.ref.Namespace = m.namespace
			}
			live = append(live, o.ref)
		}
	}
	for _, entry := range inv {
		if isSecret(entry.Ref) {
			live = append(live, entry.Ref)
		}
	}
	slices.SortFunc(live, Ref.Compare)
	live = slices.Compact(live)
	read := make([]*unstructured.Unstructured, len(live))
	failed := make([]bool, len(live))
	each(ctx, e.opts.Parallel, len(live), func(i int) {
		var err error
		_, read[i], err = e.find(ctx, live[i])
		failed[i] = err != nil && !notInstalled(err)
	})
	hide.all = hide.all || slices.Contains(failed, true)
	for _, obj := range read {
		if obj != nil {
			hide.secret(obj)
		}
	}
	for v := range hide.whole {
		if len(v) >= minHidden {
			hide.within = append(hide.within, v)
		}
	}
	slices.SortFunc(hide.within, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return hide
}

func isSecret(ref Ref) bool { return ref.Group == "" && ref.Kind == "Secret" }

// secret takes the values of one Secret.
func (r *redactor) secret(obj *unstructured.Unstructured) {
	data, _ := obj.Object["data"].(map[string]any)
	for _, v := range leaves(nil, data) {
		r.value(v)
		if plain, err := base64.StdEncoding.DecodeString(v); err == nil {
			r.value(string(plain))
			r.parts(string(plain))
		}
	}
	plain, _ := obj.Object["stringData"].(map[string]any)
	for _, v := range leaves(nil, plain) {
		r.value(v)
		r.parts(v)
	}
}

// value in all the forms in which it may stand somewhere else.
func (r *redactor) value(v string) {
	for _, form := range []string{v, strings.TrimSpace(v)} {
		if form == "" {
			continue
		}
		if r.all = r.all || len(r.whole) >= maxHidden; r.all {
			return
		}
		r.whole[form] = true
		r.whole[strings.Trim(string(valueOf(form)), `"`)] = true // within JSON
		r.whole[base64.StdEncoding.EncodeToString([]byte(form))] = true
	}
}

// parts of a value: what JSON holds, the lines of a text, the values in
// lines of the form KEY=VALUE or KEY: VALUE.
func (r *redactor) parts(v string) {
	var structured any
	if json.Unmarshal([]byte(v), &structured) == nil {
		for _, part := range leaves(nil, structured) {
			r.part(part)
		}
		return
	}
	if !strings.ContainsAny(v, "\n=") {
		return
	}
	for line := range strings.Lines(v) {
		line = strings.TrimSpace(line)
		r.part(line)
		if at := strings.IndexAny(line, "=:"); at > 0 {
			r.part(strings.Trim(strings.TrimSpace(line[at+1:]), `"'`))
		}
	}
}

func (r *redactor) part(v string) {
	if len(v) >= minPart {
		r.value(v)
	}
}

// hides tells whether a value is, or holds, one of a Secret.
func (r *redactor) hides(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, item := range v {
			if r.hides(k) || r.hides(item) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(v, r.hides)
	case string:
		if r.holds(v) {
			return true
		}
		plain, err := base64.StdEncoding.DecodeString(v)
		return err == nil && len(plain) >= minHidden && r.holds(string(plain))
	case json.Number:
		return len(v) >= minHidden && r.whole[v.String()]
	}
	return false // true, false and null tell nothing
}

func (r *redactor) holds(text string) bool {
	return r.whole[text] || slices.ContainsFunc(r.within, func(v string) bool { return strings.Contains(text, v) })
}

// text without values of Secrets.
func (r *redactor) text(s string) string {
	if r.all {
		return "(not shown: this Application's Secrets cannot all be read, or are too large to look for)"
	}
	return r.known(s)
}

// known values are replaced.
func (r *redactor) known(s string) string {
	for _, v := range r.within {
		s = strings.ReplaceAll(s, v, "(redacted)")
	}
	return s
}

// field of an object as it may be shown.
func (r *redactor) field(ref Ref, f fleet.FieldDiff) fleet.FieldDiff {
	if isSecret(ref) && !shownOfSecret(f.Path) || slices.Contains(copies, f.Path) || r.all || r.hidesJSON(f.From) || r.hidesJSON(f.To) {
		f.Class, f.From, f.To = fleet.FieldSecret, nil, nil
	}
	f.Path = r.known(f.Path)
	f.From, f.To = cutValue(f.From), cutValue(f.To)
	return f
}

// shownOfSecret lists the fields of a Secret that say nothing of its values.
// Its annotations may hold copies of it in any form.
func shownOfSecret(path string) bool {
	return path == "type" || path == "immutable" || identity(path) || strings.HasPrefix(path, "metadata.labels")
}

func (r *redactor) hidesJSON(raw json.RawMessage) bool {
	var v any
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // 1234567 and not 1.234567e+06
	return len(raw) > 0 && dec.Decode(&v) == nil && r.hides(v)
}

// cutValue shortens a long value to a string that says so.
func cutValue(raw json.RawMessage) json.RawMessage {
	if len(raw) <= maxDiffValue {
		return raw
	}
	return valueOf(shorten(string(raw), maxDiffValue))
}

// object without values of Secrets; its fields have none already.
func (r *redactor) object(d fleet.ObjectDiff) fleet.ObjectDiff {
	if d.Message != "" {
		d.Message = r.text(d.Message)
	}
	for i := range d.Flags {
		d.Flags[i].Message = r.text(d.Flags[i].Message)
	}
	return d
}
