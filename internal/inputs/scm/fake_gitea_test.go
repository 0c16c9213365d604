package scm_test

import (
	"net/http"
	"strconv"
)

func giteaFake(w *world) http.Handler {
	mux := http.NewServeMux()
	headers := func(rw http.ResponseWriter, r *http.Request, number, total int, more bool) {
		link(rw, r, number, more)
		rw.Header().Set("X-Total-Count", strconv.Itoa(total))
	}
	mux.HandleFunc("GET /api/v1/orgs/acme/repos", func(rw http.ResponseWriter, r *http.Request) {
		part, number, more := cut(r, w.repos, "limit", "page")
		headers(rw, r, number, len(w.repos), more)
		reply(rw, each(part, func(repo fakeRepo) object {
			return object{
				"id": repo.id, "name": repo.name, "default_branch": repo.main, "empty": repo.main == "",
				"ssh_url": "git@example.com:acme/" + repo.name + ".git", "html_url": "https://example.com/acme/" + repo.name,
				"archived": repo.archived,
			}
		}))
	})
	mux.HandleFunc("GET /api/v1/repos/acme/{repo}/labels", func(rw http.ResponseWriter, r *http.Request) {
		labels := w.repo(r.PathValue("repo")).labels
		part, number, more := cut(r, labels, "limit", "page")
		headers(rw, r, number, len(labels), more)
		reply(rw, each(part, func(l string) object { return object{"id": len(l), "name": l} }))
	})
	one := func(repo *fakeRepo, name string) object {
		return object{"name": name, "commit": object{"id": repo.branches[name]}}
	}
	mux.HandleFunc("GET /api/v1/repos/acme/{repo}/branches", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		part, number, more := cut(r, repo.branchNames(), "limit", "page")
		headers(rw, r, number, len(repo.branches), more)
		reply(rw, each(part, func(name string) object { return one(repo, name) }))
	})
	mux.HandleFunc("GET /api/v1/repos/acme/{repo}/branches/{branch...}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		if repo.branches[r.PathValue("branch")] == "" {
			fail(rw, http.StatusNotFound, "The target couldn't be found.")
			return
		}
		reply(rw, one(repo, r.PathValue("branch")))
	})
	mux.HandleFunc("GET /api/v1/repos/acme/{repo}/contents/{path...}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		if repo.branches[r.URL.Query().Get("ref")] == "" || !repo.has(r.PathValue("path")) {
			fail(rw, http.StatusNotFound, "The target couldn't be found.")
			return
		}
		reply(rw, []object{{"type": "file"}})
	})
	mux.HandleFunc("GET /api/v1/repos/acme/shop/pulls", func(rw http.ResponseWriter, r *http.Request) {
		part, number, more := cut(r, w.pulls, "limit", "page")
		headers(rw, r, number, len(w.pulls), more)
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
