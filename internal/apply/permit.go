package apply

import (
	"slices"
)

// Permit says whether an object may be applied, from its reference and its
// scope alone. The error is what a sync says of the object. It is called from
// several goroutines.
type Permit func(ref Ref, namespaced bool) error

// Permit is m under a permission. A sync of objects of which one is not
// permitted fails before anything is changed, as in Argo CD; Compare says which
// they are. Objects whose kinds are not known yet are asked about when they
// are.
func (m *Manifests) Permit(permit Permit) *Manifests {
	out := *m
	out.permit, out.forbidden = permit, nil
	out.objects = out.permitted(m.objects)
	out.hooks = out.permitted(m.hooks)
	out.ends = slices.DeleteFunc(slices.Clone(m.ends), func(o object) bool {
		err := out.mayApply(o)
		if err != nil {
			out.warnings = append(slices.Clone(out.warnings), err.Error()+"; the hook is not run")
		}
		return err != nil
	})
	slices.SortStableFunc(out.forbidden, func(a, b prohibition) int { return a.Compare(b.Ref) })
	return &out
}

// prohibition is an object that may not be applied.
type prohibition struct {
	Refusal
	hook bool
}

// permitted takes the others out, into m.forbidden.
func (m *Manifests) permitted(objs []object) []object {
	return slices.DeleteFunc(slices.Clone(objs), func(o object) bool {
		err := m.mayApply(o)
		if err == nil {
			return false
		}
		known := func(p prohibition) bool { return p.Ref == o.ref } // a hook of several phases
		if !slices.ContainsFunc(m.forbidden, known) {
			m.forbidden = append(m.forbidden, prohibition{hook: o.hook != "",
				Refusal: Refusal{Ref: o.ref, Wave: o.wave, Reason: ReasonNotPermitted, Message: err.Error()}})
		}
		return true
	})
}

// mayApply asks about an object whose scope is known.
func (m *Manifests) mayApply(o object) error {
	if m.permit == nil || !o.settled {
		return nil
	}
	return m.permit(o.ref, o.ref.Namespace != "")
}

// found is settle, for an object whose kind has just become known.
func (m *Manifests) found(o object, kind Kind) (object, error) {
	late := !o.settled
	o, err := m.settle(o, kind)
	if err == nil && late {
		err = m.mayApply(o)
	}
	return o, err
}

// forbids fails the sync if it is about an object that may not be applied.
func (r *run) forbids() bool {
	hooks := !r.req.SkipHooks && len(r.req.Only) == 0
	concerned := slices.DeleteFunc(slices.Clone(r.m.forbidden), func(p prohibition) bool {
		return p.hook && !hooks || !p.hook && !r.isSelected(p.Ref)
	})
	if len(concerned) == 0 {
		return false
	}
	r.fail("one or more synchronization tasks are not valid")
	for _, p := range concerned {
		r.report(ItemResult{Ref: p.Ref, Wave: p.Wave, Outcome: SyncFailed, Message: p.Message})
	}
	return true
}

// unpermitted are the items of a comparison for what may not be applied.
func (m *Manifests) unpermitted() []Item {
	var out []Item
	for _, p := range m.forbidden {
		if !p.hook {
			out = append(out, Item{Ref: p.Ref, Wave: p.Wave, State: StateOutOfSync, Reason: p.Reason, Message: p.Message, Health: missing()})
		}
	}
	return out
}
