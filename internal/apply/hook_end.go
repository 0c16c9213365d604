package apply

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// EndHooks deletes the hooks of an Application that are still running, and
// leaves those that have ended, as Argo CD does with an operation that is
// terminated. It returns the inventory without what is gone and a result per
// running hook. The error names hooks that are still there after the timeout;
// the results and the inventory are valid all the same.
func (e *Engine) EndHooks(ctx context.Context, key Key, inv Inventory, timeout time.Duration) ([]ItemResult, Inventory, error) {
	var (
		results []ItemResult
		running Inventory
		errs    []error
	)
	for _, entry := range inv {
		if !entry.Hook {
			continue
		}
		phase, err := e.hookRunning(ctx, key, entry.Ref)
		if err != nil {
			errs = append(errs, err)
		}
		if phase != "" {
			running = append(running, entry)
			results = append(results, ItemResult{Ref: entry.Ref, Hook: phase})
		}
	}
	opts := removeOptions{propagation: metav1.DeletePropagationForeground, timeout: timeout}
	removed := map[Ref]removal{}
	for _, r := range e.remove(ctx, key, running, opts) {
		removed[r.Ref] = r
	}
	left := inv
	for i, entry := range running {
		r := removed[entry.Ref]
		if r.fate != gone {
			errs = append(errs, fmt.Errorf("hook %s is still there: %s", entry.Ref, r.message))
			results[i] = results[i].failed(r.message)
			continue
		}
		results[i].Outcome, results[i].Message, results[i].Changed = Synced, "deleted while it was running", true
		left = left.Minus(Inventory{entry})
	}
	return results, left, errors.Join(errs...)
}

// hookRunning is the phase of a hook that is there, is key's and has not ended;
// "" otherwise.
func (e *Engine) hookRunning(ctx context.Context, key Key, ref Ref) (v1alpha1.HookType, error) {
	_, live, err := e.find(ctx, ref)
	switch {
	case notInstalled(err):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("look whether hook %s is running: %w", ref, err)
	case live == nil || OwnerOf(live) != key.String() || !inProgress(e.judge(live).Status):
		return "", nil
	}
	_, phase, _ := strings.Cut(live.GetAnnotations()[AnnotationHookRun], "/")
	if phase == "" {
		phase = string(v1alpha1.HookTypeSync)
	}
	return v1alpha1.HookType(phase), nil
}

// inProgress tells an object that has neither ended nor failed. A kind without
// health has ended when it is there.
func inProgress(s v1alpha1.HealthStatusCode) bool {
	return s != "" && s != v1alpha1.HealthStatusHealthy && s != v1alpha1.HealthStatusDegraded
}
