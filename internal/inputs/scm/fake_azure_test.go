package scm_test

import (
	"net/http"
	"strconv"
	"strings"
)

func azureFake(w *world) http.Handler {
	mux := http.NewServeMux()
	const base = "GET /acme/team/_apis/git/repositories"
	mux.HandleFunc(base, func(rw http.ResponseWriter, r *http.Request) {
		reply(rw, object{"value": each(w.repos, func(repo fakeRepo) object {
			o := object{"id": strconv.Itoa(repo.id), "name": repo.name, "remoteUrl": "https://example.com/acme/" + repo.name}
			if repo.main != "" {
				o["defaultBranch"] = "refs/heads/" + repo.main
			}
			return o
		})})
	})
	mux.HandleFunc(base+"/{repo}/refs", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		var refs []object
		for _, name := range repo.branchNames() {
			if strings.HasPrefix("heads/"+name, r.URL.Query().Get("filter")) {
				refs = append(refs, object{"name": "refs/heads/" + name, "objectId": repo.branches[name]})
			}
		}
		// The service may give less than it is asked for.
		from, _ := strconv.Atoi(r.URL.Query().Get("continuationToken"))
		to := min(from+100, len(refs))
		if to < len(refs) {
			rw.Header().Set("x-ms-continuationtoken", strconv.Itoa(to))
		}
		reply(rw, object{"value": each(refs[from:to], func(o object) object { return o })})
	})
	mux.HandleFunc(base+"/{repo}/items", func(rw http.ResponseWriter, r *http.Request) {
		repo := w.repo(r.PathValue("repo"))
		query := r.URL.Query()
		if repo.branches[query.Get("versionDescriptor.version")] == "" || !repo.has(query.Get("path")) {
			rw.WriteHeader(http.StatusNotFound)
			reply(rw, object{"typeKey": "GitItemNotFoundException", "message": "TF401174: not found"})
			return
		}
		reply(rw, object{"path": query.Get("path")})
	})
	mux.HandleFunc(base+"/shop/pullrequests", func(rw http.ResponseWriter, r *http.Request) {
		skip, _ := strconv.Atoi(r.URL.Query().Get("$skip"))
		top, _ := strconv.Atoi(r.URL.Query().Get("$top"))
		from := min(skip, len(w.pulls))
		reply(rw, object{"value": each(w.pulls[from:min(from+top, len(w.pulls))], func(p fakePull) object {
			return object{
				"pullRequestId": p.number, "title": p.title, "createdBy": object{"uniqueName": p.author + "@example.com"},
				"sourceRefName": "refs/heads/" + p.from, "targetRefName": "refs/heads/" + p.to,
				"lastMergeSourceCommit": object{"commitId": p.sha},
				"labels":                each(p.labels, func(l string) object { return object{"name": l} }),
			}
		})})
	})
	mux.HandleFunc("/", notFound)
	return mux
}
