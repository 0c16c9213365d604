package apply

import (
	"errors"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Manifests are the wanted objects of one Application, ready to be compared
// and applied. Only Engine.Prepare makes them.
type Manifests struct {
	key       Key
	namespace string
	objects   []object
	hooks     []object // one per phase it runs in
	refused   []Refusal
	warnings  []string
	settings  Settings
	// permit is asked before an object is applied; forbidden are those that it
	// refused.
	permit    Permit
	forbidden []prohibition
	// ends are the hooks that run when the Application is deleted.
	ends []object
}

// object is one wanted object.
type object struct {
	place
	want   *unstructured.Unstructured
	digest string
	// settled: the kind's scope is known, so the namespace is final.
	settled bool
	// position in the render, from 0; size of its JSON in bytes.
	position, size int
	// hook is the phase in which a hook runs; "" for an ordinary object.
	hook     v1alpha1.HookType
	policies []v1alpha1.HookDeletePolicy
	// lenient: the API server drops fields that it does not know.
	lenient bool
}

// Refusal is an object that will not be applied.
type Refusal struct {
	Ref
	Wave int
	// Reason is ReasonRefused, ReasonNotAllowed or ReasonNotPermitted.
	Reason  Reason
	Message string
}

// notAllowedError marks what Options.Allow refused.
type notAllowedError struct{ error }

func (e notAllowedError) Unwrap() error { return e.error }

// Key of the owner.
func (m *Manifests) Key() Key { return m.key }

// Namespace that objects without one of their own go to.
func (m *Manifests) Namespace() string { return m.namespace }

// Refused objects, in order of their references. They fail a sync, one by one;
// those that are not permitted fail it as a whole.
func (m *Manifests) Refused() []Refusal {
	out := slices.Clone(m.refused)
	for _, p := range m.forbidden {
		out = append(out, p.Refusal)
	}
	slices.SortStableFunc(out, func(a, b Refusal) int { return a.Compare(b.Ref) })
	return out
}

// Warnings are for people: what is in the manifests and has no effect.
func (m *Manifests) Warnings() []string { return m.warnings }

// Objects wanted, in the order of work. They are not copies: read only.
// Hooks are not among them.
func (m *Manifests) Objects() []*unstructured.Unstructured {
	out := make([]*unstructured.Unstructured, len(m.objects))
	for i, o := range m.objects {
		out[i] = o.want
	}
	return out
}

// Inventory of the wanted objects, the refused ones included: what is refused
// is not to be pruned. Hooks are not in it.
func (m *Manifests) Inventory() Inventory {
	entries := make([]Entry, 0, len(m.objects)+len(m.refused))
	for _, o := range m.objects {
		entries = append(entries, Entry{Ref: o.ref})
	}
	for _, r := range m.refused {
		entries = append(entries, Entry{Ref: r.Ref})
	}
	for _, p := range m.forbidden {
		entries = append(entries, Entry{Ref: p.Ref, Hook: p.hook})
	}
	return NewInventory(entries...)
}

// settle gives an object its final namespace, now that the scope is known.
func (m *Manifests) settle(o object, kind Kind) (object, error) {
	if o.settled {
		return o, nil
	}
	o.want = o.want.DeepCopy() // others may be reading it
	switch {
	case !kind.Namespaced:
		unstructured.RemoveNestedField(o.want.Object, "metadata", "namespace")
	case o.want.GetNamespace() == "":
		if m.namespace == "" {
			return o, errors.New("no namespace: set metadata.namespace, or the destination's")
		}
		o.want.SetNamespace(m.namespace)
	}
	o.ref = RefOf(o.want)
	if o.digest != "" {
		o.digest = Digest(o.want)
	}
	o.settled = true
	return o, nil
}
