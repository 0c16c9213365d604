package scm_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func gitlabFake(w *world) http.Handler {
	mux := http.NewServeMux()
	headers := func(rw http.ResponseWriter, number, total int, more bool) {
		next := ""
		if more {
			next = strconv.Itoa(number + 1)
		}
		rw.Header().Set("X-Next-Page", next)
		rw.Header().Set("X-Total", strconv.Itoa(total))
	}
	mux.HandleFunc("GET /api/v4/groups/acme/projects", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("include_subgroups") != "false" || r.URL.Query().Get("with_shared") != "true" {
			fail(rw, http.StatusBadRequest, "wrong parameters: "+r.URL.RawQuery)
			return
		}
		listed := w.repos
		if r.URL.Query().Get("archived") == "false" {
			listed = slices.DeleteFunc(slices.Clone(listed), func(repo fakeRepo) bool { return repo.archived })
		}
		part, number, more := cut(r, listed, "per_page", "page")
		headers(rw, number, len(listed), more)
		reply(rw, each(part, func(repo fakeRepo) object {
			return object{
				"id": repo.id, "path": repo.name, "namespace": object{"full_path": "acme"}, "default_branch": repo.main,
				"ssh_url_to_repo": "git@example.com:acme/" + repo.name + ".git", "http_url_to_repo": "https://example.com/acme/" + repo.name + ".git",
				"topics": repo.labels,
			}
		}))
	})
	one := func(repo *fakeRepo, name string) object {
		return object{"name": name, "commit": object{"id": repo.branches[name]}}
	}
	mux.HandleFunc("GET /api/v4/projects/{id}/repository/branches", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("id"))
		part, number, more := cut(r, repo.branchNames(), "per_page", "page")
		headers(rw, number, len(repo.branches), more)
		reply(rw, each(part, func(name string) object { return one(repo, name) }))
	})
	mux.HandleFunc("GET /api/v4/projects/{id}/repository/branches/{branch}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("id"))
		if repo.branches[r.PathValue("branch")] == "" {
			fail(rw, http.StatusNotFound, "404 Branch Not Found")
			return
		}
		reply(rw, one(repo, r.PathValue("branch")))
	})
	mux.HandleFunc("GET /api/v4/projects/{id}/repository/files/{path}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("id"))
		if repo.branches[r.URL.Query().Get("ref")] == "" || !slices.Contains(repo.paths, r.PathValue("path")) {
			fail(rw, http.StatusNotFound, "404 File Not Found")
			return
		}
		reply(rw, object{"file_name": r.PathValue("path")})
	})
	mux.HandleFunc("GET /api/v4/projects/{id}/repository/tree", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("id"))
		if !repo.has(r.URL.Query().Get("path")) {
			fail(rw, http.StatusNotFound, "404 Tree Not Found")
			return
		}
		reply(rw, []object{{"name": "x"}})
	})
	mux.HandleFunc("GET /api/v4/projects/{project}/merge_requests", func(rw http.ResponseWriter, r *http.Request) {
		if r.PathValue("project") != "acme/shop" {
			fail(rw, http.StatusNotFound, "404 Project Not Found")
			return
		}
		if state := r.URL.Query().Get("state"); state != "opened" {
			fail(rw, http.StatusBadRequest, fmt.Sprintf("state %q", state))
			return
		}
		listed := slices.DeleteFunc(slices.Clone(w.pulls), func(p fakePull) bool {
			want := r.URL.Query().Get("labels")
			return want != "" && !slices.Contains(p.labels, strings.Split(want, ",")[0])
		})
		part, number, more := cut(r, listed, "per_page", "page")
		headers(rw, number, len(listed), more)
		reply(rw, each(part, func(p fakePull) object {
			return object{
				"iid": p.number, "title": p.title, "author": object{"username": p.author}, "source_branch": p.from,
				"sha": p.sha, "target_branch": p.to, "labels": each(p.labels, func(l string) string { return l }),
			}
		}))
	})
	mux.HandleFunc("/", notFound)
	return mux
}
