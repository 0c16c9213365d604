package gitserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// git runs the git command shielded from the user's and the machine's
// configuration, so that the same input gives the same repository anywhere.
type git struct {
	path    string // the command
	backend string // git-http-backend
	env     []string
}

func findGit(home string) (git, error) {
	path, err := exec.LookPath("git")
	if err != nil {
		return git{}, fmt.Errorf("the git command is needed: %w", err)
	}
	g := git{path: path, env: []string{
		"PATH=/usr/local/bin:/usr/bin:/bin:" + filepath.Dir(path),
		"HOME=" + home,
		"LC_ALL=C",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0",
		// No collection in the background: it would outlive the request.
		"GIT_CONFIG_COUNT=2",
		"GIT_CONFIG_KEY_0=gc.auto", "GIT_CONFIG_VALUE_0=0",
		"GIT_CONFIG_KEY_1=receive.autogc", "GIT_CONFIG_VALUE_1=false",
	}}
	libexec, err := g.run(context.Background(), "", "--exec-path")
	if err != nil {
		return git{}, err
	}
	g.backend = filepath.Join(libexec, "git-http-backend")
	if _, err := exec.LookPath(g.backend); err != nil {
		return git{}, fmt.Errorf("git was installed without http-backend: %w", err)
	}
	return g, nil
}

// run returns the trimmed standard output of a git command.
func (g git) run(ctx context.Context, stdin string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, g.path, args...)
	cmd.Env = g.env
	cmd.Stdin = strings.NewReader(stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("git %s: %w", strings.Join(args, " "), errors.Join(err, errors.New(strings.TrimSpace(errOut.String()))))
	}
	return strings.TrimSpace(out.String()), nil
}
