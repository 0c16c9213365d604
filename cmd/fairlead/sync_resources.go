package main

import (
	"slices"
	"strings"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// pattern of --resource.
type pattern struct {
	exclude                      bool
	group, kind, namespace, name string
}

func parsePattern(text string) (pattern, error) {
	rest, exclude := strings.CutPrefix(text, "!")
	parts := strings.Split(rest, ":")
	if len(parts) != 3 || parts[1] == "" || parts[2] == "" {
		return pattern{}, exitf(codeUsage, "--resource %q: want GROUP:KIND:NAME or GROUP:KIND:NAMESPACE/NAME; the core group is empty, as in :ConfigMap:web", text)
	}
	p := pattern{exclude: exclude, group: parts[0], kind: parts[1], name: parts[2]}
	if namespace, name, found := strings.Cut(parts[2], "/"); found {
		p.namespace, p.name = namespace, name
	}
	return p, nil
}

func (p pattern) isPlain() bool {
	return !p.exclude && !strings.Contains(p.group+p.kind+p.namespace+p.name, "*")
}

// matches an object of the Application; * stands for any text.
func (p pattern) matches(r v1alpha1.ResourceStatus) bool {
	return wild(p.group, r.Group) && wild(p.kind, r.Kind) && wild(p.name, r.Name) && (p.namespace == "" || wild(p.namespace, r.Namespace))
}

// wild matches text with a pattern in which * stands for any text.
func wild(p, text string) bool {
	parts := strings.Split(p, "*")
	if len(parts) == 1 {
		return p == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	for _, part := range parts[1 : len(parts)-1] {
		if !ok {
			return false
		}
		_, text, ok = strings.Cut(text, part)
	}
	return ok && strings.HasSuffix(text, parts[len(parts)-1])
}

// selected are the objects that --resource names: as written where it is exact,
// else those of the Application that match. What is left out is left out of
// them all, or of everything where nothing is named.
func selected(app *v1alpha1.Application, texts []string) ([]v1alpha1.SyncOperationResource, error) {
	var out []v1alpha1.SyncOperationResource
	var include, exclude []pattern
	for _, text := range texts {
		p, err := parsePattern(text)
		switch {
		case err != nil:
			return nil, err
		case p.isPlain():
			out = append(out, v1alpha1.SyncOperationResource{Group: p.group, Kind: p.kind, Namespace: p.namespace, Name: p.name})
		case p.exclude:
			exclude = append(exclude, p)
		default:
			include = append(include, p)
		}
	}
	all := len(out)+len(include) == 0
	for _, r := range app.Status.Resources {
		hit := func(p pattern) bool { return p.matches(r) }
		if (all || slices.ContainsFunc(include, hit)) && len(exclude)+len(include) > 0 {
			out = append(out, v1alpha1.SyncOperationResource{Group: r.Group, Kind: r.Kind, Namespace: r.Namespace, Name: r.Name})
		}
	}
	out = slices.DeleteFunc(out, func(o v1alpha1.SyncOperationResource) bool {
		return slices.ContainsFunc(exclude, func(p pattern) bool {
			return p.matches(v1alpha1.ResourceStatus{Group: o.Group, Kind: o.Kind, Namespace: o.Namespace, Name: o.Name})
		})
	})
	if len(texts) > 0 && len(out) == 0 {
		return nil, exitf(codeNotFound, "application %s has no object that --resource %s selects", app.Name, strings.Join(texts, " "))
	}
	return out, nil
}
