package testenv

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Kubectl runs kubectl and returns its standard output; a failure ends the
// test with what kubectl said.
func Kubectl(t testing.TB, kubeconfig string, args ...string) string {
	t.Helper()
	out, err := TryKubectl(t, kubeconfig, "", args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// KubectlInput is Kubectl with standard input, for "apply -f -".
func KubectlInput(t testing.TB, kubeconfig, input string, args ...string) string {
	t.Helper()
	out, err := TryKubectl(t, kubeconfig, input, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TryKubectl is for commands that may fail: the error holds what kubectl said.
func TryKubectl(t testing.TB, kubeconfig, input string, args ...string) (string, error) {
	t.Helper()
	// During cleanup the test's context has ended already, but kubectl is
	// wanted there too.
	ctx := context.WithoutCancel(t.Context())
	// What kubectl remembers of an API server must not outlive it: its port may
	// be another server's tomorrow.
	home := filepath.Dir(kubeconfig)
	flags := []string{"--kubeconfig", kubeconfig, "--cache-dir", filepath.Join(home, "kubectl-cache")}
	cmd := exec.CommandContext(ctx, filepath.Join(Assets(t), "kubectl"), append(flags, args...)...)
	cmd.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin"}
	cmd.Stdin = strings.NewReader(input)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errOut.String()))
	}
	return out.String(), nil
}
