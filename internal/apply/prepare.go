package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// Prepare makes Manifests of rendered objects: lists opened, namespace (the
// destination's) filled in where the kind wants one and taken off where it
// does not, fields that only the server sets removed, ownership marked, put in
// the order of work. Two objects of one reference, objects too large, not
// allowed or without a name are refused one by one; see Manifests.Refused. The
// objects given are not changed.
//
// Prepare fails only if the cluster cannot be asked about kinds. A kind that
// it does not serve is no failure: it may be there when its turn comes.
func (e *Engine) Prepare(ctx context.Context, key Key, namespace string, objs []*unstructured.Unstructured) (*Manifests, error) {
	flat, err := openLists(objs)
	if err != nil {
		return nil, err
	}
	scopes, err := e.scopes(ctx, flat)
	if err != nil {
		return nil, fmt.Errorf("prepare objects of %s: %w", key, err)
	}
	m := &Manifests{key: key, namespace: namespace}
	for i, raw := range flat {
		o, err := m.draft(raw, i, scopes)
		if err == nil {
			o, err = m.mark(o)
		}
		if err == nil {
			err = e.check(o)
		}
		if err != nil {
			m.refuse(o, err)
			continue
		}
		m.warnings = append(m.warnings, optionWarnings(o.ref, o.want)...)
		if annotations := o.want.GetAnnotations(); isHook(annotations) {
			m.addHook(o, hookPhases(annotations), hookPolicies(annotations))
			continue
		}
		m.objects = append(m.objects, o)
	}
	m.refuseDuplicates()
	slices.SortStableFunc(m.objects, func(a, b object) int { return a.compare(b.place) })
	slices.SortStableFunc(m.hooks, func(a, b object) int { return a.compare(b.place) })
	slices.SortStableFunc(m.ends, func(a, b object) int { return a.compare(b.place) })
	slices.SortStableFunc(m.refused, func(a, b Refusal) int { return a.Compare(b.Ref) })
	return m, nil
}

func openLists(objs []*unstructured.Unstructured) ([]*unstructured.Unstructured, error) {
	var flat []*unstructured.Unstructured
	for _, obj := range objs {
		if !obj.IsList() {
			flat = append(flat, obj)
			continue
		}
		err := obj.EachListItem(func(item runtime.Object) error {
			u, ok := item.(*unstructured.Unstructured)
			if !ok {
				return fmt.Errorf("item is a %T, not an object", item)
			}
			flat = append(flat, u)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("open %s %s: %w", obj.GetKind(), obj.GetName(), err)
		}
	}
	return flat, nil
}

// scopes resolves each kind once; kinds that the cluster lacks take their
// scope from a CRD among the objects, if there is one.
func (e *Engine) scopes(ctx context.Context, objs []*unstructured.Unstructured) (map[schema.GroupVersionKind]Kind, error) {
	found := map[schema.GroupVersionKind]Kind{}
	asked := map[schema.GroupVersionKind]bool{}
	for _, obj := range objs {
		gvk := obj.GroupVersionKind()
		if gvk.Kind == "" || gvk.Version == "" || asked[gvk] {
			continue
		}
		asked[gvk] = true
		kind, err := e.kinds.Lookup(ctx, gvk)
		if missing := (*NotInstalledError)(nil); errors.As(err, &missing) {
			if namespaced, declared := declaredScope(objs, gvk.GroupKind()); declared {
				found[gvk] = Kind{Namespaced: namespaced}
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		found[gvk] = kind
	}
	return found, nil
}

// declaredScope reads the scope of a kind from its CRD among objs.
func declaredScope(objs []*unstructured.Unstructured, gk schema.GroupKind) (namespaced, declared bool) {
	for _, obj := range objs {
		if obj.GetKind() != "CustomResourceDefinition" {
			continue
		}
		group, _, _ := unstructured.NestedString(obj.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(obj.Object, "spec", "names", "kind")
		if group == gk.Group && kind == gk.Kind {
			scope, _, _ := unstructured.NestedString(obj.Object, "spec", "scope")
			return scope != "Cluster", true
		}
	}
	return false, false
}

// addHook files a hook under each phase that it runs in.
func (m *Manifests) addHook(o object, phases []v1alpha1.HookType, policies []v1alpha1.HookDeletePolicy) {
	for _, phase := range phases {
		switch phase {
		case v1alpha1.HookTypePreSync, v1alpha1.HookTypeSync, v1alpha1.HookTypePostSync, v1alpha1.HookTypeSyncFail:
			hook := o
			hook.hook, hook.policies = phase, policies
			m.hooks = append(m.hooks, hook)
		case v1alpha1.HookTypePreDelete, v1alpha1.HookTypePostDelete:
			hook := o
			hook.hook, hook.policies = phase, policies
			m.ends = append(m.ends, hook)
		case v1alpha1.HookTypeSkip, "": // never applied, as its author or Helm's meaning of it says
		default:
			m.warnings = append(m.warnings, fmt.Sprintf("%s is a hook of phase %s, which is not run", o.ref, phase))
		}
	}
}

// refuseDuplicates refuses all objects that share a reference: which one is
// meant cannot be known.
func (m *Manifests) refuseDuplicates() {
	twins := map[Ref][]object{}
	for _, o := range m.objects {
		twins[o.ref.Identity()] = append(twins[o.ref.Identity()], o)
	}
	m.objects = slices.DeleteFunc(m.objects, func(o object) bool { return len(twins[o.ref.Identity()]) > 1 })
	for _, same := range twins {
		if len(same) < 2 {
			continue
		}
		var places []string
		for _, o := range same {
			places = append(places, fmt.Sprintf("object %d (%s)", o.position+1, o.want.GetAPIVersion()))
		}
		m.refuse(same[0], fmt.Errorf("%s is there %d times in the render: %s; keep one", same[0].ref, len(same), strings.Join(places, " and ")))
	}
}

func (m *Manifests) refuse(o object, err error) {
	reason := ReasonRefused
	if errors.As(err, new(notAllowedError)) {
		reason = ReasonNotAllowed
	}
	m.refused = append(m.refused, Refusal{Ref: o.ref, Wave: o.wave, Reason: reason, Message: err.Error()})
}
