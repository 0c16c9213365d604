package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// treesWith gives the same content as a folder and as a commit.
func treesWith(t *testing.T, files, links map[string]string) map[string]*Tree {
	t.Helper()
	s := newServer(t)
	for name, target := range links {
		full := filepath.Join(s.work, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, full); err != nil {
			t.Fatal(err)
		}
	}
	commit := s.commit(files)
	tree, err := newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*Tree{"git": tree, "dir": Dir(s.work, "local")}
}

func TestSymbolicLinks(t *testing.T) {
	files := map[string]string{"top": "top", "a/b/file": "file", "a/other": "other"}
	links := map[string]string{
		"a/b/up":      "../other",
		"a/b/top":     "../../top",
		"a/dir":       "b",
		"chain":       "a/dir/up",
		"a/b/wind":    "../dir/../../top", // dir is b, so this is /top by way of the root
		"out":         "../secret",
		"a/b/out":     "../../../etc/passwd",
		"a/b/sneaky":  "here/../../../../etc/passwd",
		"a/b/here":    ".",
		"abs":         "/etc/passwd",
		"outdir":      "..",
		"loop":        "loop",
		"ping":        "pong",
		"pong":        "ping",
		"missing":     "nothing",
		"a/roundtrip": "../a/b/file",
	}
	for kind, tree := range treesWith(t, files, links) {
		t.Run(kind, func(t *testing.T) {
			for name, want := range map[string]string{
				"a/b/up": "other", "a/b/top": "top", "a/dir/file": "file", "chain": "other", "a/roundtrip": "file", "a/b/here/file": "file",
			} {
				if got := read(t, tree, name); got != want {
					t.Errorf("%s = %q, want %q", name, got, want)
				}
			}
			for name, link := range map[string]string{
				"out": "out", "a/b/out": "a/b/out", "a/b/sneaky": "a/b/sneaky", "abs": "abs", "outdir/x": "outdir", "a/dir/out": "a/b/out",
			} {
				_, err := tree.ReadFile(name)
				if !errors.Is(err, ErrEscapes) || !strings.Contains(err.Error(), link) {
					t.Errorf("%s: %v, want ErrEscapes naming %s", name, err, link)
				}
				if _, err := tree.Stat(name); !errors.Is(err, ErrEscapes) {
					t.Errorf("Stat(%s): %v", name, err)
				}
				if _, err := tree.Open(name); !errors.Is(err, ErrEscapes) {
					t.Errorf("Open(%s): %v", name, err)
				}
			}
			for _, name := range []string{"loop", "ping"} {
				if _, err := tree.ReadFile(name); err == nil || !strings.Contains(err.Error(), "more than 40 links") {
					t.Errorf("%s: %v", name, err)
				}
			}
			if _, err := tree.ReadFile("missing"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("missing: %v", err)
			}
			if target, err := tree.ReadLink("abs"); err != nil || target != "/etc/passwd" {
				t.Errorf("ReadLink = %q, %v", target, err)
			}
			for _, name := range []string{"../top", "/top", "a/../top", ""} {
				if _, err := tree.ReadFile(name); !errors.Is(err, fs.ErrInvalid) {
					t.Errorf("ReadFile(%q): %v, want ErrInvalid", name, err)
				}
			}
			entries, err := tree.ReadDir(".")
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Name() == ".git" {
					t.Error(".git is listed")
				}
			}
			if _, err := tree.ReadFile(".git/config"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf(".git/config: %v", err)
			}
		})
	}
}

func TestDirIsAFileSystem(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, fstest.MapFS{"a": {Data: []byte("1")}, "d/b": {Data: []byte("2")}}); err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(Dir(dir, "local"), "a", "d/b"); err != nil {
		t.Error(err)
	}
	if _, err := Dir(filepath.Join(dir, "nowhere"), "").ReadDir("."); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing folder: %v", err)
	}
}

func TestCleanPath(t *testing.T) {
	for in, want := range map[string]string{"": ".", ".": ".", "a": "a", "./a/": "a", "a/../b": "b", "a//b": "a/b"} {
		if got, err := CleanPath(in); err != nil || got != want {
			t.Errorf("CleanPath(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"..", "../../etc", "a/../../etc", "/etc", `..\etc`, "a\x00b"} {
		_, err := CleanPath(in)
		if !errors.Is(err, ErrEscapes) || !strings.Contains(err.Error(), "path escapes repository") {
			t.Errorf("CleanPath(%q): %v, want ErrEscapes", in, err)
		}
	}
	if _, err := Sub(Dir(t.TempDir(), ""), "missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Sub of a missing folder: %v", err)
	}
}

// Git's own tools refuse to write such trees, so nothing honest does.
func TestHostileTreeEntries(t *testing.T) {
	for _, name := range []string{".git", ".GIT", ".."} {
		s := newServer(t)
		s.commit(map[string]string{"a": "1"})
		blob := s.git("rev-parse", "HEAD:a")
		raw := filepath.Join(t.TempDir(), "tree")
		hash := make([]byte, 20)
		for i := range hash {
			var b byte
			for _, c := range []byte(blob[2*i : 2*i+2]) {
				b = b<<4 | byte(strings.IndexByte("0123456789abcdef", c))
			}
			hash[i] = b
		}
		if err := os.WriteFile(raw, append([]byte("100644 "+name+"\x00"), hash...), 0o644); err != nil {
			t.Fatal(err)
		}
		tree := s.git("hash-object", "-t", "tree", "-w", "--literally", raw)
		commit := s.git("commit-tree", "-m", "hostile", tree)
		s.git("push", "-q", "-f", "origin", commit+":refs/heads/main")
		_, err := newGit(t, Limits{}).Fetch(t.Context(), Request{RepoURL: s.URL, Revision: "main", Commit: commit})
		if !errors.Is(err, ErrRefused) {
			t.Errorf("entry %q: %v, want ErrRefused", name, err)
		}
	}
}
