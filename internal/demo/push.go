package demo

import (
	"context"
	"fmt"
	"regexp"
	"time"
)

// deploymentFile is where the example's release stands.
const deploymentFile = "base/deployment.yaml"

var release = regexp.MustCompile(`(ai\.example\.com/release: )"[^"]*"`)

// Push commits another release to the demo's repository: the pods of every
// cluster roll. It returns the commit.
func (d *Demo) Push(ctx context.Context, name string) (string, error) {
	text, err := d.repo.Read(ctx, "main", deploymentFile)
	if err != nil {
		return "", err
	}
	next := release.ReplaceAllString(text, fmt.Sprintf("${1}%q", name))
	if next == text {
		return "", fmt.Errorf("%s has no release to change, or has %q already", deploymentFile, name)
	}
	return d.repo.Write(ctx, "release "+name, map[string]string{deploymentFile: next})
}

// AwaitRevision waits until every Application runs a commit and is Synced and
// Healthy at it.
func (d *Demo) AwaitRevision(ctx context.Context, commit string) error {
	doneAt := map[string]float64{}
	for {
		report, err := d.report(ctx, doneAt)
		if err == nil && report.complete() && report.isAt(commit) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not all is Synced and Healthy at %s: %w:\n%s", commit, ctx.Err(), report.missing())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (r Report) isAt(commit string) bool {
	for _, a := range r.Applications {
		if a.Revision != commit {
			return false
		}
	}
	return true
}
