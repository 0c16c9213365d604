package generators

import (
	"cmp"
	"io/fs"
	"slices"

	"github.com/fairlead/fairlead/clusters"
)

// Inputs are all that generators may read. Treat them as read-only.
type Inputs struct {
	// Clusters is the fleet. Nil is an empty one.
	Clusters *clusters.Inventory
	// Repositories holds what was fetched so far.
	Repositories map[Repository]*Tree
	// Answers holds what was asked so far.
	Answers map[Question]*Answer
}

// Repository names one revision of a Git repository, both as users write them.
type Repository struct {
	URL      string
	Revision string
}

// String is URL@revision, without a password; an empty revision means HEAD.
func (r Repository) String() string {
	return MaskURL(r.URL) + "@" + cmp.Or(r.Revision, "HEAD")
}

// Tree is a repository at one commit, listed beforehand.
type Tree struct {
	// Commit that the tree was read at.
	Commit string
	// Dirs are the paths of all directories below the root, Files those of all
	// files and links; slash-separated, sorted.
	Dirs, Files []string
	// FS reads the files.
	FS fs.FS
}

// Request asks for what the inputs lack: a repository, or the answer to a
// question; the other is zero.
type Request struct {
	// Path of the generator that asked first, for messages.
	Path string
	Repository
	// Files are the patterns whose contents are wanted, sorted. A request
	// without any wants the list of directories.
	Files    []string
	Question Question
}

// requests collects what was asked for, each once.
type requests struct {
	repositories map[Repository]*Request
	questions    map[Question]string // the path that asked first
}

func newRequests() requests {
	return requests{map[Repository]*Request{}, map[Question]string{}}
}

func (r requests) ask(path string, q Question) {
	if _, asked := r.questions[q]; !asked {
		r.questions[q] = path
	}
}

func (r requests) add(path string, repo Repository, files []string) {
	req, ok := r.repositories[repo]
	if !ok {
		req = &Request{Path: path, Repository: repo}
		r.repositories[repo] = req
	}
	for _, f := range files {
		if i, known := slices.BinarySearch(req.Files, f); !known {
			req.Files = slices.Insert(req.Files, i, f)
		}
	}
}

func (r requests) any() bool { return len(r.repositories)+len(r.questions) > 0 }

// sorted lists the requests: repositories by URL and revision, then questions.
func (r requests) sorted() []Request {
	out := make([]Request, 0, len(r.repositories)+len(r.questions))
	for _, req := range r.repositories {
		out = append(out, *req)
	}
	for q, path := range r.questions {
		out = append(out, Request{Path: path, Question: q})
	}
	slices.SortFunc(out, func(a, b Request) int {
		return cmp.Or(compareQuestions(a.Question, b.Question), cmp.Compare(a.URL, b.URL), cmp.Compare(a.Revision, b.Revision))
	})
	return out
}
