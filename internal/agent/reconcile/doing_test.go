package reconcile

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// What an operation asks for of each source, and what it leaves as it is.
func TestOverridesOfEachSource(t *testing.T) {
	source := func(path, revision string) v1alpha1.ApplicationSource {
		return v1alpha1.ApplicationSource{Path: path, TargetRevision: revision}
	}
	one, other := source("one", "main"), source("other", "v9")
	single := v1alpha1.ApplicationSpec{Source: &one}
	several := v1alpha1.ApplicationSpec{Sources: v1alpha1.ApplicationSources{source("a", "main"), source("b", "v2")}}
	for name, c := range map[string]struct {
		spec  v1alpha1.ApplicationSpec
		sync  v1alpha1.SyncOperation
		paths []string
		want  []string
	}{
		"nothing":                {single, v1alpha1.SyncOperation{}, nil, nil},
		"revision":               {single, v1alpha1.SyncOperation{Revision: "v1"}, []string{"one"}, []string{"v1"}},
		"revision of the first":  {several, v1alpha1.SyncOperation{Revision: "v1"}, []string{"a", "b"}, []string{"v1", "v2"}},
		"revisions, one of them": {several, v1alpha1.SyncOperation{Revisions: []string{"", "v3"}}, []string{"a", "b"}, []string{"main", "v3"}},
		"revisions, too few":     {several, v1alpha1.SyncOperation{Revisions: []string{"v1"}}, []string{"a", "b"}, []string{"v1", "v2"}},
		"source":                 {single, v1alpha1.SyncOperation{Source: &other}, []string{"other"}, []string{"v9"}},
		"source at a revision":   {single, v1alpha1.SyncOperation{Source: &other, Revision: "v1"}, []string{"other"}, []string{"v1"}},
		"sources":                {several, v1alpha1.SyncOperation{Sources: v1alpha1.ApplicationSources{other}}, []string{"other"}, []string{"v9"}},
	} {
		sources, got := overrides(c.spec, v1alpha1.Operation{Sync: &c.sync})
		var paths []string
		for _, s := range sources {
			paths = append(paths, s.Path)
		}
		if diff := cmp.Diff(c.want, got) + cmp.Diff(c.paths, paths); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
