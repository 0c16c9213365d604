package scm_test

import (
	"fmt"
	"net/http"
	"strconv"
)

func bitbucketCloudFake(w *world) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /repositories/acme", func(rw http.ResponseWriter, r *http.Request) {
		replyNext(rw, r, w.repos, func(repo fakeRepo) object {
			o := object{
				"uuid": fmt.Sprintf("{%d}", repo.id), "slug": repo.name, "mainbranch": object{"name": repo.main},
				"links": object{"clone": []object{
					{"name": "https", "href": "https://example.com/acme/" + repo.name + ".git"},
					{"name": "ssh", "href": "git@example.com:acme/" + repo.name + ".git"},
				}},
			}
			if repo.main == "" {
				o["mainbranch"] = nil
			}
			return o
		})
	})
	one := func(repo *fakeRepo, name string) object {
		return object{"name": name, "target": object{"hash": repo.branches[name]}}
	}
	mux.HandleFunc("GET /repositories/acme/{repo}/refs/branches", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		replyNext(rw, r, repo.branchNames(), func(name string) object { return one(repo, name) })
	})
	mux.HandleFunc("GET /repositories/acme/{repo}/refs/branches/{branch}", func(rw http.ResponseWriter, r *http.Request) {
		reply(rw, one(w.repo(r.PathValue("repo")), r.PathValue("branch")))
	})
	mux.HandleFunc("GET /repositories/acme/{repo}/src/{sha}/{path...}", func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("format") != "meta" || !w.repo(r.PathValue("repo")).has(r.PathValue("path")) {
			fail(rw, http.StatusNotFound, "No such file or directory")
			return
		}
		reply(rw, object{"type": "commit_file"})
	})
	mux.HandleFunc("GET /repositories/acme/shop/pullrequests", func(rw http.ResponseWriter, r *http.Request) {
		replyNext(rw, r, w.pulls, func(p fakePull) object {
			return object{
				"id": p.number, "title": p.title, "author": object{"nickname": p.author},
				"source":      object{"branch": object{"name": p.from}, "commit": object{"hash": p.sha}},
				"destination": object{"branch": object{"name": p.to}},
			}
		})
	})
	mux.HandleFunc("/", notFound)
	return mux
}

// replyNext names the next page by its address.
func replyNext[T any](rw http.ResponseWriter, r *http.Request, items []T, f func(T) object) {
	part, number, more := cut(r, items, "pagelen", "page")
	answer := object{"values": each(part, f), "size": len(items)}
	if more {
		query := r.URL.Query()
		query.Set("page", strconv.Itoa(number+1))
		answer["next"] = "http://" + r.Host + r.URL.Path + "?" + query.Encode()
	}
	reply(rw, answer)
}

func bitbucketServerFake(w *world) http.Handler {
	mux := http.NewServeMux()
	const base = "GET /rest/api/1.0/projects/acme/repos"
	mux.HandleFunc(base, func(rw http.ResponseWriter, r *http.Request) {
		replyStart(rw, r, w.repos, func(repo fakeRepo) object {
			return object{
				"id": repo.id, "slug": repo.name, "name": repo.name, "project": object{"key": "acme"},
				"links": object{"clone": []object{
					{"name": "http", "href": "https://example.com/acme/" + repo.name + ".git"},
					{"name": "ssh", "href": "git@example.com:acme/" + repo.name + ".git"},
				}},
			}
		})
	})
	one := func(repo *fakeRepo, name string) object {
		return object{"id": "refs/heads/" + name, "displayId": name, "latestCommit": repo.branches[name]}
	}
	mux.HandleFunc(base+"/{repo}/branches/default", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		if repo.main == "" {
			rw.WriteHeader(http.StatusNoContent)
			return
		}
		if repo.branches[repo.main] == "" {
			fail(rw, http.StatusNotFound, "the default branch does not exist")
			return
		}
		reply(rw, one(repo, repo.main))
	})
	mux.HandleFunc(base+"/{repo}/branches", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		replyStart(rw, r, repo.branchNames(), func(name string) object { return one(repo, name) })
	})
	mux.HandleFunc(base+"/{repo}/browse/{path...}", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		at := r.URL.Query().Get("at")
		if len(at) < 12 || repo.branches[at[len("refs/heads/"):]] == "" || !repo.has(r.PathValue("path")) {
			fail(rw, http.StatusNotFound, "the path does not exist")
			return
		}
		reply(rw, object{"type": "FILE"})
	})
	mux.HandleFunc(base+"/shop/pull-requests", func(rw http.ResponseWriter, r *http.Request) {
		replyStart(rw, r, w.pulls, func(p fakePull) object {
			return object{
				"id": p.number, "title": p.title, "author": object{"user": object{"name": p.author}},
				"fromRef": object{"displayId": p.from, "latestCommit": p.sha}, "toRef": object{"displayId": p.to},
			}
		})
	})
	mux.HandleFunc("/", notFound)
	return mux
}

// replyStart names the next page by the number of its first entry.
func replyStart[T any](rw http.ResponseWriter, r *http.Request, items []T, f func(T) object) {
	start, _ := strconv.Atoi(r.URL.Query().Get("start"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	from := min(start, len(items))
	to := min(from+limit, len(items))
	answer := object{"values": each(items[from:to], f), "isLastPage": to == len(items), "nextPageStart": nil}
	if to < len(items) {
		answer["nextPageStart"] = to
	}
	reply(rw, answer)
}
