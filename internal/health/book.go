package health

import (
	"cmp"
	"maps"
	"slices"
	"sync/atomic"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Book holds the rules that are in force now. The zero value holds none. It may
// be used by several goroutines; one of them alone may call Take.
type Book struct{ rules atomic.Pointer[Rules] }

// Rules in force; nil for none.
func (b *Book) Rules() *Rules { return b.rules.Load() }

// Take puts the data of a ConfigMap ([ParseRules]) in place of what was in
// force. It returns the kinds whose objects are to be judged again, sorted, and
// what was left out; nothing if the data is as it was.
func (b *Book) Take(data map[string]string) ([]schema.GroupKind, []RuleError) {
	last := b.Rules()
	if last.Digest() == digest(data) {
		return nil, nil
	}
	next, errs := ParseRules(data)
	b.rules.Store(next)
	return next.changedFrom(last), errs
}

// changedFrom lists the kinds whose own rules differ.
func (r *Rules) changedFrom(last *Rules) []schema.GroupKind {
	before := map[schema.GroupKind]string{}
	if last != nil {
		before = last.texts
	}
	changed := map[schema.GroupKind]bool{}
	for gk, text := range r.texts {
		if was, known := before[gk]; !known || was != text {
			changed[gk] = true
		}
	}
	for gk := range before {
		if _, still := r.texts[gk]; !still {
			changed[gk] = true
		}
	}
	return slices.SortedFunc(maps.Keys(changed), func(a, b schema.GroupKind) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind))
	})
}

// Usable leaves out the keys that were refused as a whole. Rules that were
// refused in the list of a kind stay: they bear on those after them.
func Usable(data map[string]string, refused []RuleError) map[string]string {
	out := maps.Clone(data)
	for _, e := range refused {
		if e.Rule == 0 && e.Field == "" {
			delete(out, e.Key)
		}
	}
	return out
}
