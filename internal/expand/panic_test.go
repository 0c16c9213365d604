package expand_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/generators"
	"github.com/fairlead/fairlead/internal/expand"
)

// bad is a repository in which every read panics.
type bad struct{}

func (bad) Open(string) (fs.File, error) { panic("a damaged tree") }

// Row H3 of the bad inputs: a generator that panics fails its own set, also
// from another goroutine, and the other generators are still looked at.
func TestAPanicOfAGeneratorIsItsError(t *testing.T) {
	set := decode(t, `
generators:
- git: {repoURL: r, revision: main, files: [{path: '*.yaml'}]}
- matrix: {generators: [{clusters: {}}, {git: {repoURL: r, revision: main, files: [{path: '*.yaml'}]}}]}
- list: {elements: [{a: b}]}
- git: {repoURL: r, revision: main}
template: {metadata: {name: '{{a}}'}}
`)
	tree := &generators.Tree{FS: bad{}, Commit: "1"}
	for i := range 300 {
		tree.Files = append(tree.Files, fmt.Sprintf("%03d.yaml", i))
	}
	in := expand.Inputs{Repositories: map[expand.Repository]*generators.Tree{{URL: "r", Revision: "main"}: tree}, Clusters: fleet(t)}
	want := strings.Join([]string{
		"generators[0]: panic: a damaged tree",
		"generators[1]: panic: a damaged tree",
		"generators[3].git: neither directories nor files are given",
	}, "\n")
	if result := expand.Expand(set, in, expand.Options{}); result.Err == nil || result.Err.Error() != want || result.Applications != nil {
		t.Errorf("got %v, want %s", result.Err, want)
	}
}

// After a change that panics everything is as it was.
func TestAPanicOfAChangeLeavesTheExpansionAlone(t *testing.T) {
	set := decode(t, `
generators: [{matrix: {generators: [{clusters: {}}, {git: {repoURL: 'r-{{name}}', revision: main, files: [{path: '*'}]}}]}}]
template: {metadata: {name: '{{name}}-{{id}}'}}
`)
	good := &generators.Tree{Files: []string{"a"}, FS: fstest.MapFS{"a": {Data: []byte("id: one")}}, Commit: "1"}
	repos := map[expand.Repository]*generators.Tree{
		{URL: "r-in-cluster", Revision: "main"}: good,
		{URL: "r-eu", Revision: "main"}:         {Files: []string{"a"}, FS: bad{}, Commit: "1"},
	}
	e := expand.NewExpander(set, expand.Options{})
	before := e.Expand(expand.Inputs{Clusters: fleet(t), Repositories: repos})
	if before.Err != nil || len(before.Applications) != 1 {
		t.Fatalf("%v, %v", names(before), before.Err)
	}
	in := expand.Inputs{Clusters: fleet(t, clusters.Cluster{Name: "eu"}), Repositories: repos}
	if delta, ok := e.Change(in, []string{"eu"}); ok {
		t.Errorf("got %+v", delta)
	}
	if after, ok := e.Snapshot(); !ok || !sameResult(before, after) {
		t.Errorf("the expansion became %s", diffResults(before, after))
	}
}
