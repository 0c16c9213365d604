package inputs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
	"github.com/fairlead/fairlead/internal/expand"
	"github.com/fairlead/fairlead/internal/inputs"
	"github.com/fairlead/fairlead/internal/source"
)

// The real Git client is one.
var _ inputs.Git = (*source.Git)(nil)

// recorder serves local folders and counts; a branch moves at every look.
type recorder struct {
	dirs     map[string]string
	resolved map[string]int
	fetched  []string
}

func (r *recorder) Resolve(_ context.Context, repoURL, revision string) (string, error) {
	if _, ok := r.dirs[repoURL]; !ok {
		return "", errors.New("no such repository")
	}
	r.resolved[repoURL]++
	return fmt.Sprintf("commit-%d", r.resolved[repoURL]), nil
}

func (r *recorder) Fetch(_ context.Context, req source.Request) (*source.Tree, error) {
	r.fetched = append(r.fetched, req.RepoURL+"@"+req.Commit)
	return source.Dir(r.dirs[req.RepoURL], req.Commit), nil
}

// Three legs of which each needs the one before take three rounds, and every
// repository is looked at once.
func TestGatherFollowsAChain(t *testing.T) {
	git := newRecorder(t, map[string]map[string]string{
		"https://git/index":  {"sites.yaml": "[{site: oslo}, {site: pune}]"},
		"https://git/oslo":   {"apps.yaml": "{apps: web}"},
		"https://git/pune":   {"apps.yaml": "{apps: web}"},
		"https://git/shared": {"web/x.yaml": "", "other/x.yaml": ""},
	})
	set := decode(t, `
goTemplate: true
goTemplateOptions: [missingkey=error]
generators:
- matrix:
    generators:
    - matrix:
        generators:
        - git: {repoURL: https://git/index, revision: main, files: [{path: sites.yaml}], pathParamPrefix: index}
        - git: {repoURL: 'https://git/{{ .site }}', revision: main, files: [{path: apps.yaml}], pathParamPrefix: own}
    - git: {repoURL: https://git/shared, revision: main, directories: [{path: '{{ .apps }}'}]}
template: {metadata: {name: '{{ .site }}-{{ .path.basename }}'}}
`)
	result, err := inputs.Gather(t.Context(), set, expand.Inputs{}, inputs.Providers{Git: git}, inputs.Options{})
	if err != nil || result.Err != nil {
		t.Fatal(err, result.Err)
	}
	if diff := cmp.Diff([]string{"oslo-web", "pune-web"}, names(result)); diff != "" {
		t.Error(diff)
	}
	want := []string{
		"https://git/index@commit-1", "https://git/oslo@commit-1", "https://git/pune@commit-1", "https://git/shared@commit-1",
	}
	if diff := cmp.Diff(want, git.fetched); diff != "" {
		t.Error(diff)
	}
	shared := expand.Repository{URL: "https://git/shared", Revision: "main"}
	if result.Commits[shared] != "commit-1" || len(result.Commits) != 4 {
		t.Errorf("commits %v", result.Commits)
	}
}

// A cluster leg before a Git leg: the second round knows which to fetch.
func TestGatherAsksPerCluster(t *testing.T) {
	git := newRecorder(t, map[string]map[string]string{"https://git/eu": {"a/x": ""}, "https://git/us": {"b/x": ""}})
	inventory, err := clusters.NewInventory([]clusters.Cluster{
		{Name: "eu", Labels: map[string]string{"a": "b"}}, {Name: "us", Labels: map[string]string{"a": "b"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	set := decode(t, `
generators:
- matrix:
    generators:
    - clusters: {selector: {matchLabels: {a: b}}}
    - git: {repoURL: 'https://git/{{name}}', revision: '', directories: [{path: '*'}]}
template: {metadata: {name: '{{name}}-{{path}}'}}
`)
	base := expand.Inputs{Clusters: inventory}
	result, err := inputs.Gather(t.Context(), set, base, inputs.Providers{Git: git}, inputs.Options{})
	if err != nil || !cmp.Equal(names(result), []string{"eu-a", "us-b"}) {
		t.Errorf("%v, %v, %v", names(result), result.Err, err)
	}
	if base.Repositories != nil {
		t.Error("Gather changed the base inputs")
	}
}

func TestGatherReportsEveryFailedFetch(t *testing.T) {
	set := decode(t, `
generators:
- git: {repoURL: https://git/one, revision: main, directories: [{path: '*'}]}
- git: {repoURL: https://git/two, revision: '', directories: [{path: '*'}]}
template: {metadata: {name: x}}
`)
	_, err := inputs.Gather(t.Context(), set, expand.Inputs{}, inputs.Providers{Git: newRecorder(t, nil)}, inputs.Options{})
	want := "generators[0].git: resolve https://git/one@main: no such repository\n" +
		"generators[1].git: resolve https://git/two@HEAD: no such repository"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if _, err := inputs.Gather(t.Context(), set, expand.Inputs{}, inputs.Providers{}, inputs.Options{}); err == nil {
		t.Error("no provider gave no error")
	}
}

// Row B11 of the bad inputs.
func TestTooManyDirectoriesAreRefused(t *testing.T) {
	fsys := fstest.MapFS{}
	for i := range 101 {
		fsys[fmt.Sprintf("d%03d/x", i)] = &fstest.MapFile{}
	}
	if _, err := inputs.List(t.Context(), fsys, 200); err == nil || !strings.Contains(err.Error(), "more than 200 files and directories") {
		t.Errorf("want a refusal, got %v", err)
	}
	listed, err := inputs.List(t.Context(), fsys, 202)
	if err != nil || len(listed.Dirs) != 101 || len(listed.Files) != 101 {
		t.Errorf("%v, %v", listed, err)
	}
}

func newRecorder(t *testing.T, repos map[string]map[string]string) *recorder {
	t.Helper()
	r := &recorder{dirs: map[string]string{}, resolved: map[string]int{}}
	for url, files := range repos {
		r.dirs[url] = t.TempDir()
		fsys := fstest.MapFS{}
		for name, content := range files {
			fsys[name] = &fstest.MapFile{Data: []byte(content), Mode: 0o644}
		}
		if err := os.CopyFS(r.dirs[url], fsys); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func decode(t *testing.T, spec string) *v1alpha1.ApplicationSet {
	t.Helper()
	set := &v1alpha1.ApplicationSet{}
	if err := yaml.Unmarshal([]byte(spec), &set.Spec); err != nil {
		t.Fatal(err)
	}
	return set
}

func names(result expand.Result) []string {
	out := []string{}
	for i := range result.Applications {
		out = append(out, result.Applications[i].Name)
	}
	return out
}
