package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/gitserver"
)

// provider answers as a Gitea of one repository does that is asked for its open
// pull requests: https://docs.gitea.com/api/#tag/repository/operation/repoListPullRequests.
type provider struct {
	*httptest.Server
	mu   sync.Mutex
	open []pull
}

// pull is one open pull request.
type pull struct {
	number      int
	branch, sha string
}

func startProvider() *provider {
	p := &provider{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/repos/acme/shop/pulls", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		answer := []any{}
		if page := r.URL.Query().Get("page"); page == "" || page == "1" {
			for _, o := range p.open {
				answer = append(answer, map[string]any{
					"number": o.number, "title": o.branch, "user": map[string]any{"login": "ada"}, "labels": []any{},
					"head": map[string]any{"ref": o.branch, "sha": o.sha}, "base": map[string]any{"ref": "main"},
				})
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Total-Count", strconv.Itoa(len(p.open)))
		_ = json.NewEncoder(w).Encode(answer) // the hub hung up: it asks again
	})
	p.Server = httptest.NewServer(mux)
	return p
}

// set says which pull requests are open from now on.
func (p *provider) set(open ...pull) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open = open
}

// A pull request is opened, pushed to again and merged beside another one that
// stays open: its preview comes, follows and goes, and nothing else moves.
func TestAPullRequestHasItsPreviewWhileItIsOpen(t *testing.T) {
	f := start(t)
	const name = "shop"
	repo := f.repository(t, name, fstest.MapFS{"app/shop.yaml": {Data: []byte(configMapYAML("shop", "version", "main"))}})
	push := func(branch, version string) string {
		t.Helper()
		commit, err := repo.Commit(t.Context(), gitserver.Change{
			Branch: branch, From: "main", Message: version, Write: map[string]string{"app/shop.yaml": configMapYAML("shop", "version", version)},
		})
		if err != nil {
			t.Fatal(err)
		}
		return commit
	}
	steady := pull{7, "steady", push("steady", "steady")}
	f.provider.set(steady)
	f.apply(t, fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: previews}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - pullRequest:
      requeueAfterSeconds: 1
      gitea: {api: %[1]s, owner: acme, repo: shop}
  template:
    metadata: {name: 'preview-{{.number}}', finalizers: [resources-finalizer.argocd.argoproj.io]}
    spec:
      project: default
      source: {repoURL: %[2]s, targetRevision: '{{.head_sha}}', path: app}
      destination: {name: %[3]s, namespace: 'preview-{{.number}}'}
      syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}
`, f.provider.URL, repo.URL(), frankfurt))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, "previews") })
	f.awaitHealthy(t, steady.sha, "preview-7")

	opened := pull{9, "faster", push("faster", "faster")}
	f.provider.set(steady, opened)
	f.awaitHealthy(t, opened.sha, "preview-9")
	f.awaitConfigMap(t, frankfurt, "preview-9", "shop", "version", "faster")

	opened.sha = push("faster", "faster still")
	f.provider.set(steady, opened)
	f.awaitHealthy(t, opened.sha, "preview-9")
	f.awaitConfigMap(t, frankfurt, "preview-9", "shop", "version", "faster still")

	f.provider.set(steady)
	f.awaitGone(t, "preview-9")
	f.awaitNoConfigMap(t, frankfurt, "preview-9", "shop")
	f.awaitHealthy(t, steady.sha, "preview-7")
	f.awaitConfigMap(t, frankfurt, "preview-7", "shop", "version", "steady")
}
