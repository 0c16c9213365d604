package gitserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	authorName  = "Fairlead"
	authorEmail = "fairlead@example.com"
)

// Change is one commit on a branch.
type Change struct {
	// Branch to move; empty means main. A missing branch starts at From.
	Branch string
	// From is the parent of a new branch; empty makes it start with nothing.
	// For an existing branch the parent is its last commit.
	From string
	// Message of the commit; empty lists the changed files.
	Message string
	// Write puts files (path to content), Link makes symbolic links (path to
	// target), Remove takes files or folders away.
	Write  map[string]string
	Link   map[string]string
	Remove []string
}

// Commit applies a change and returns the new commit. It needs no work tree:
// git fast-import (git-fast-import(1)) takes the files from a stream.
func (r *Repo) Commit(ctx context.Context, c Change) (string, error) {
	if c.Branch == "" {
		c.Branch = "main"
	}
	if len(c.Write)+len(c.Link)+len(c.Remove) == 0 {
		return "", fmt.Errorf("commit to %s: nothing to change", r.name)
	}
	stream, err := c.stream(r.parent(ctx, c), time.Now())
	if err != nil {
		return "", fmt.Errorf("commit to %s: %w", r.name, err)
	}
	if _, err := r.git(ctx, stream, "fast-import", "--quiet", "--date-format=raw"); err != nil {
		return "", fmt.Errorf("commit to %s: %w", r.name, err)
	}
	return r.Head(ctx, c.Branch)
}

// Write commits files to main.
func (r *Repo) Write(ctx context.Context, message string, files map[string]string) (string, error) {
	return r.Commit(ctx, Change{Message: message, Write: files})
}

// Delete commits to main that files or folders are gone.
func (r *Repo) Delete(ctx context.Context, message string, paths ...string) (string, error) {
	return r.Commit(ctx, Change{Message: message, Remove: paths})
}

// Revert commits to main the tree that was there before its last commit, as
// git revert HEAD does.
func (r *Repo) Revert(ctx context.Context) (string, error) {
	head, err := r.Head(ctx, "main")
	if err != nil {
		return "", err
	}
	if _, err := r.Head(ctx, "main^"); err != nil {
		return "", fmt.Errorf("revert %s in %s: it has no parent", head, r.name)
	}
	subject, err := r.git(ctx, "", "log", "-1", "--format=%s", head)
	if err != nil {
		return "", err
	}
	message := fmt.Sprintf("Revert %q\n\nThis reverts commit %s.\n", subject, head)
	commit, err := r.git(ctx, message,
		"-c", "user.name="+authorName, "-c", "user.email="+authorEmail,
		"commit-tree", "main^^{tree}", "-p", head, "-F", "-")
	if err != nil {
		return "", err
	}
	_, err = r.git(ctx, "", "update-ref", "refs/heads/main", commit, head)
	return commit, err
}

// Read returns a file as it is at a revision ("" means main).
func (r *Repo) Read(ctx context.Context, revision, path string) (string, error) {
	commit, err := r.Head(ctx, revision)
	if err != nil {
		return "", err
	}
	return r.git(ctx, "", "cat-file", "blob", commit+":"+path)
}

func (r *Repo) parent(ctx context.Context, c Change) string {
	if head, err := r.Head(ctx, "refs/heads/"+c.Branch); err == nil {
		return head
	}
	return c.From
}

// stream writes the change as input for git fast-import.
func (c Change) stream(parent string, now time.Time) (string, error) {
	message := c.Message
	if message == "" {
		message = "change " + strings.Join(slices.Concat(slices.Sorted(maps.Keys(c.Write)), slices.Sorted(maps.Keys(c.Link)), c.Remove), ", ")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "commit refs/heads/%s\n", c.Branch)
	fmt.Fprintf(&b, "committer %s <%s> %d +0000\n", authorName, authorEmail, now.Unix())
	writeData(&b, message)
	if parent != "" {
		fmt.Fprintf(&b, "from %s\n", parent)
	}
	for _, path := range c.Remove {
		if err := checkPath(path); err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "D %s\n", quote(path))
	}
	for _, files := range []struct {
		mode  string
		files map[string]string
	}{{"100644", c.Write}, {"120000", c.Link}} {
		for _, path := range slices.Sorted(maps.Keys(files.files)) {
			if err := checkPath(path); err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "M %s inline %s\n", files.mode, quote(path))
			writeData(&b, files.files[path])
		}
	}
	return b.String(), nil
}

func writeData(b *strings.Builder, data string) {
	fmt.Fprintf(b, "data %d\n%s\n", len(data), data)
}

func checkPath(path string) error {
	if !fs.ValidPath(path) || path == "." {
		return fmt.Errorf("invalid path %q", path)
	}
	return nil
}

// quote a path as fast-import wants it when it is not plain.
func quote(path string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(path) + `"`
}

// changeOf reads a whole file tree.
func changeOf(files fs.FS) (Change, error) {
	c := Change{Write: map[string]string{}}
	if files == nil {
		return c, errors.New("no files given")
	}
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		c.Write[path] = string(raw)
		return nil
	})
	if err == nil && len(c.Write) == 0 {
		err = errors.New("the file tree is empty")
	}
	return c, err
}
