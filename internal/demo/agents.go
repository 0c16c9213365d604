package demo

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fairlead/fairlead/internal/process"
)

// join adds every cluster to the hub and starts its agent, with the commands
// that a user would give.
func (d *Demo) join(ctx context.Context) error {
	for _, m := range members() {
		token, err := d.addCluster(ctx, m)
		if err != nil {
			return err
		}
		dir := filepath.Join(d.opts.Dir, "agents", m.name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
		agent, err := process.Start(ctx, process.Spec{
			Name: "fairlead-agent", Path: d.opts.Agent, Dir: dir, Env: d.environment(), Logger: d.opts.Logger,
			Args: []string{
				"--join", token, "--kubeconfig", d.clusters[m.name].Kubeconfig(),
				"--data-dir", filepath.Join(dir, "data"), "--health-addr", "0",
			},
			Grace: 10 * time.Second,
		})
		if err != nil {
			return err
		}
		d.agents[m.name] = agent
		d.say.line("agent %s: started", m.name)
	}
	return nil
}

// addCluster runs `fairlead cluster add` and returns the join token.
func (d *Demo) addCluster(ctx context.Context, m member) (string, error) {
	args := []string{"cluster", "add", m.name, "--kubeconfig", d.HubKubeconfig(), "--output", "token"}
	for _, key := range slices.Sorted(maps.Keys(m.labels)) {
		args = append(args, "--label", key+"="+m.labels[key])
	}
	cmd := exec.CommandContext(ctx, d.opts.Fairlead, args...)
	cmd.Env = d.environment()
	var problem strings.Builder
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("add cluster %s: %w: %s", m.name, err, strings.TrimSpace(problem.String()))
	}
	return strings.TrimSpace(string(out)), nil
}
