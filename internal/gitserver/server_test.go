package gitserver_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/fairlead/fairlead/internal/gitserver"
)

func serve(t *testing.T) *gitserver.Server {
	t.Helper()
	s, err := gitserver.Serve(t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func newRepo(t *testing.T, s *gitserver.Server, opts gitserver.RepoOptions) *gitserver.Repo {
	t.Helper()
	r, err := s.NewRepoWith(t.Context(), "demo", fstest.MapFS{
		"README.md":        {Data: []byte("hello\n")},
		"base/a b.yaml":    {Data: []byte("a: 1\n")},
		`base/quo"te.yaml`: {Data: []byte("q: 1\n")},
	}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// user runs the git command as a user of the server would.
func user(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=u", "GIT_AUTHOR_EMAIL=u@example.com", "GIT_COMMITTER_NAME=u", "GIT_COMMITTER_EMAIL=u@example.com")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return strings.TrimSpace(out.String()), err
}

func mustUser(t *testing.T, dir string, args ...string) string {
	t.Helper()
	out, err := user(t, dir, args...)
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return out
}

func TestCloneChangePush(t *testing.T) {
	r := newRepo(t, serve(t), gitserver.RepoOptions{})
	work := filepath.Join(t.TempDir(), "work")
	mustUser(t, ".", "clone", "--quiet", r.URL(), work)
	if raw, err := os.ReadFile(filepath.Join(work, `base/quo"te.yaml`)); err != nil || string(raw) != "q: 1\n" {
		t.Errorf("cloned file: %q, %v", raw, err)
	}
	// Incompressible and larger than http.postBuffer, so that git sends the
	// pack in chunks.
	large := make([]byte, 3<<20)
	_, _ = rand.Read(large)
	if err := os.WriteFile(filepath.Join(work, "large.bin"), large, 0o644); err != nil {
		t.Fatal(err)
	}
	mustUser(t, work, "add", ".")
	mustUser(t, work, "commit", "--quiet", "-m", "large")
	mustUser(t, work, "push", "--quiet", "origin", "main")
	head, err := r.Head(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if want := mustUser(t, work, "rev-parse", "HEAD"); head != want {
		t.Errorf("head after the push is %s, want %s", head, want)
	}
}

func TestCommitDeleteRevert(t *testing.T) {
	ctx, r := t.Context(), newRepo(t, serve(t), gitserver.RepoOptions{})
	first, err := r.Head(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Write(ctx, "change the readme", map[string]string{"README.md": "changed\n", "new/file": "x"})
	if err != nil {
		t.Fatal(err)
	}
	third, err := r.Delete(ctx, "", "base")
	if err != nil {
		t.Fatal(err)
	}
	fourth, err := r.Revert(ctx)
	if err != nil {
		t.Fatal(err)
	}
	work := filepath.Join(t.TempDir(), "work")
	mustUser(t, ".", "clone", "--quiet", r.URL(), work)
	got := strings.Fields(mustUser(t, work, "log", "--format=%H"))
	if diff := cmp.Diff([]string{fourth, third, second, first}, got); diff != "" {
		t.Errorf("history, newest first (-want +got):\n%s", diff)
	}
	if out := mustUser(t, work, "diff", second, fourth); out != "" {
		t.Errorf("the revert does not bring the tree back:\n%s", out)
	}
	if out := mustUser(t, work, "ls-tree", "-r", "--name-only", third); out != "README.md\nnew/file" {
		t.Errorf("files after the deletion: %q", out)
	}
	if text, err := r.Read(ctx, second, "README.md"); err != nil || text != "changed" {
		t.Errorf("read: %q, %v", text, err)
	}
}

func TestBranchesTagsAndLinks(t *testing.T) {
	ctx, r := t.Context(), newRepo(t, serve(t), gitserver.RepoOptions{})
	commit, err := r.Commit(ctx, gitserver.Change{Branch: "next", From: "main", Link: map[string]string{"link": "README.md"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Tag(ctx, "v1", commit, "release 1"); err != nil {
		t.Fatal(err)
	}
	refs := mustUser(t, ".", "ls-remote", r.URL())
	for _, ref := range []string{"refs/heads/next", "refs/tags/v1", "refs/tags/v1^{}"} {
		if !strings.Contains(refs, ref) {
			t.Errorf("no %s in\n%s", ref, refs)
		}
	}
	if err := r.DeleteBranch(ctx, "next"); err != nil {
		t.Fatal(err)
	}
	if refs := mustUser(t, ".", "ls-remote", r.URL()); strings.Contains(refs, "refs/heads/next") {
		t.Errorf("the branch is still there:\n%s", refs)
	}
}

func TestFetchBySHA(t *testing.T) {
	for name, deny := range map[string]bool{"allowed": false, "denied": true} {
		t.Run(name, func(t *testing.T) {
			ctx, r := t.Context(), newRepo(t, serve(t), gitserver.RepoOptions{DenySHA: deny})
			first, err := r.Head(ctx, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Write(ctx, "", map[string]string{"x": "y"}); err != nil {
				t.Fatal(err)
			}
			work := t.TempDir()
			mustUser(t, work, "init", "--quiet")
			out, err := user(t, work, "-c", "protocol.version=0", "fetch", "--depth=1", r.URL(), first)
			if (err != nil) != deny {
				t.Errorf("fetch by hash: %v\n%s", err, out)
			}
		})
	}
}

func TestAwayAndBack(t *testing.T) {
	s := serve(t)
	r := newRepo(t, s, gitserver.RepoOptions{})
	url := r.URL()
	s.Pause()
	if out, err := user(t, ".", "ls-remote", url); err == nil || !strings.Contains(out, "503") {
		t.Errorf("paused: want 503, got %v\n%s", err, out)
	}
	if err := s.Down(); err != nil {
		t.Fatal(err)
	}
	if out, err := user(t, ".", "ls-remote", url); err == nil {
		t.Errorf("down: got an answer\n%s", out)
	}
	if err := s.Resume(); err != nil {
		t.Fatal(err)
	}
	mustUser(t, ".", "ls-remote", url)
	if want, got := (gitserver.Counts{LsRemote: 1}), s.Counts(); got.LsRemote != want.LsRemote || got.Push != 0 {
		t.Errorf("counts: %+v, want %+v", got, want)
	}
}

func TestRefusals(t *testing.T) {
	s := serve(t)
	newRepo(t, s, gitserver.RepoOptions{})
	for _, name := range []string{"../out", "/abs", "a/../../b", ""} {
		if _, err := s.NewRepo(t.Context(), name, fstest.MapFS{"a": {}}); err == nil {
			t.Errorf("repository name %q was taken", name)
		}
	}
	if _, err := s.NewRepo(t.Context(), "demo", fstest.MapFS{"a": {}}); err == nil {
		t.Error("an existing repository was made again")
	}
	if _, err := s.NewRepo(t.Context(), "empty", fstest.MapFS{}); err == nil {
		t.Error("an empty tree was taken")
	}
	resp, err := http.Get(s.URL("demo") + "/../../etc/passwd")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		t.Error("a path outside was served")
	}
}
