package scm_test

import "net/http"

func githubFake(w *world) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v3/orgs/acme/repos", func(rw http.ResponseWriter, r *http.Request) {
		part, number, more := cut(r, w.repos, "per_page", "page")
		link(rw, r, number, more)
		reply(rw, each(part, func(repo fakeRepo) object {
			return object{
				"id": repo.id, "name": repo.name, "owner": object{"login": "acme"}, "default_branch": repo.main,
				"ssh_url": "git@example.com:acme/" + repo.name + ".git", "clone_url": "https://example.com/acme/" + repo.name + ".git",
				"topics": repo.labels, "archived": repo.archived,
			}
		}))
	})
	one := func(repo *fakeRepo, name string) object {
		return object{"name": name, "commit": object{"sha": repo.branches[name]}}
	}
	mux.HandleFunc("GET /api/v3/repos/acme/{repo}/branches", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		part, number, more := cut(r, repo.branchNames(), "per_page", "page")
		link(rw, r, number, more)
		reply(rw, each(part, func(name string) object { return one(repo, name) }))
	})
	mux.HandleFunc("GET /api/v3/repos/acme/{repo}/branches/{branch}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		if repo.branches[r.PathValue("branch")] == "" {
			fail(rw, http.StatusNotFound, "Branch not found")
			return
		}
		reply(rw, one(repo, r.PathValue("branch")))
	})
	mux.HandleFunc("GET /api/v3/repos/acme/{repo}/contents/{path...}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		if repo.branches[r.URL.Query().Get("ref")] == "" || !repo.has(r.PathValue("path")) {
			fail(rw, http.StatusNotFound, "Not Found")
			return
		}
		reply(rw, []object{{"type": "file"}})
	})
	mux.HandleFunc("GET /api/v3/repos/acme/shop/pulls", func(rw http.ResponseWriter, r *http.Request) {
		part, number, more := cut(r, w.pulls, "per_page", "page")
		link(rw, r, number, more)
		reply(rw, each(part, func(p fakePull) object {
			return object{
				"number": p.number, "title": p.title, "user": object{"login": p.author},
				"head": object{"ref": p.from, "sha": p.sha}, "base": object{"ref": p.to},
				"labels": each(p.labels, func(l string) object { return object{"name": l} }),
			}
		}))
	})
	mux.HandleFunc("/", notFound)
	return mux
}

func notFound(rw http.ResponseWriter, _ *http.Request) { fail(rw, http.StatusNotFound, "Not Found") }
