package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// awaited is what a person waits for.
type awaited struct {
	namespace string
	names     []string
	set       string
	states    []string
	revision  string
	timeout   time.Duration
	// every is how often the hub is asked.
	every time.Duration
}

func newWaitCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	a := awaited{every: time.Second}
	c := &cobra.Command{
		Use:     "wait APP... | --set SET",
		Short:   "Wait until Applications are synced and healthy",
		Example: "  fairlead wait model-serving-us-east-1 --revision 4f2a91c --timeout 10m\n  fairlead wait --set model-serving --for synced",
		RunE: func(cmd *cobra.Command, args []string) error {
			a.namespace, a.names = hub.namespace, args
			if err := a.check(); err != nil {
				return err
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			return a.run(cmd.Context(), c, s)
		},
	}
	hub.bind(c)
	c.Flags().StringVar(&a.set, "set", "", "wait for all Applications of this ApplicationSet")
	c.Flags().StringSliceVar(&a.states, "for", []string{"synced", "healthy"}, "what to wait for: synced, healthy, operation (none waits or is under way)")
	c.Flags().StringVar(&a.revision, "revision", "", "also wait until one of the sources is at this revision, or one that begins so")
	c.Flags().DurationVar(&a.timeout, "timeout", 5*time.Minute, "how long to wait")
	return c
}

// states that can be waited for; each says what an Application lacks, or "".
var states = map[string]func(*v1alpha1.Application) string{
	"synced": func(app *v1alpha1.Application) string {
		if s := app.Status.Sync.Status; s != v1alpha1.SyncStatusCodeSynced {
			return "sync " + orDash(string(s))
		}
		return ""
	},
	"healthy": func(app *v1alpha1.Application) string {
		if h := app.Status.Health.Status; h != v1alpha1.HealthStatusHealthy {
			return "health " + orDash(string(h))
		}
		return ""
	},
	"operation": func(app *v1alpha1.Application) string {
		if app.Operation != nil {
			return "an operation that waits"
		}
		if o := app.Status.OperationState; o != nil && !o.Phase.Completed() {
			return "operation " + string(o.Phase)
		}
		return ""
	},
}

func (a awaited) check() error {
	if (a.set == "") == (len(a.names) == 0) {
		return exitf(codeUsage, "name applications, or a set with --set")
	}
	for _, state := range a.states {
		if states[state] == nil {
			return exitf(codeUsage, "--for %q: want synced, healthy or operation", state)
		}
	}
	return nil
}

// run polls until nothing is missing.
func (a awaited) run(ctx context.Context, c client.Client, s streams) error {
	var missing []string
	err := wait.PollUntilContextTimeout(ctx, a.every, a.timeout, true, func(ctx context.Context) (bool, error) {
		apps, empty, err := a.applications(ctx, c)
		if err != nil {
			return false, err
		}
		missing = nil
		for _, app := range apps {
			if lacks := a.lacks(app); lacks != "" {
				missing = append(missing, fmt.Sprintf("application %s: %s; %s", app.Name, lacks, problemOf(app)))
			}
		}
		if empty != "" {
			missing = []string{empty}
		}
		if len(missing) == 0 {
			fmt.Fprintf(s.out, "%d %s\n", len(apps), strings.Join(a.states, ", "))
		}
		return len(missing) == 0, nil
	})
	if !wait.Interrupted(err) || ctx.Err() != nil {
		return err
	}
	const most = 10
	for _, line := range missing[:min(most, len(missing))] {
		fmt.Fprintln(s.err, printable(line))
	}
	return exitf(codeTimeout, "%d not ready after %s", len(missing), a.timeout)
}

// lacks is what an Application still lacks, "" for nothing.
func (a awaited) lacks(app *v1alpha1.Application) string {
	var out []string
	for _, state := range a.states {
		if text := states[state](app); text != "" {
			out = append(out, text)
		}
	}
	at := append(slices.Clone(app.Status.Sync.Revisions), app.Status.Sync.Revision)
	if a.revision != "" && !slices.ContainsFunc(at, func(r string) bool { return strings.HasPrefix(r, a.revision) }) {
		out = append(out, "revision "+orDash(short(app.Status.Sync.Revision)))
	}
	return strings.Join(out, ", ")
}

// applications that are waited for; empty says why a set has none yet.
func (a awaited) applications(ctx context.Context, c client.Client) (apps []*v1alpha1.Application, empty string, err error) {
	if a.set != "" {
		return a.ofSet(ctx, c)
	}
	for _, name := range a.names {
		app := &v1alpha1.Application{}
		if err := c.Get(ctx, types.NamespacedName{Namespace: a.namespace, Name: name}, app); err != nil {
			return nil, "", fromHub(err, "application "+name)
		}
		apps = append(apps, app)
	}
	return apps, "", nil
}

// ofSet waits for the set's own word that its Applications are what it expands
// to: before that some may not be there yet.
func (a awaited) ofSet(ctx context.Context, c client.Client) ([]*v1alpha1.Application, string, error) {
	set := &v1alpha1.ApplicationSet{}
	if err := c.Get(ctx, types.NamespacedName{Namespace: a.namespace, Name: a.set}, set); err != nil {
		return nil, "", fromHub(err, "applicationset "+a.set)
	}
	var list v1alpha1.ApplicationList
	if err := c.List(ctx, &list, client.InNamespace(a.namespace)); err != nil {
		return nil, "", fromHub(err, "applications")
	}
	var apps []*v1alpha1.Application
	for i := range list.Items {
		if v1alpha1.OwningSet(&list.Items[i]) == a.set {
			apps = append(apps, &list.Items[i])
		}
	}
	upToDate := slices.ContainsFunc(set.Status.Conditions, func(c v1alpha1.ApplicationSetCondition) bool {
		return c.Type == v1alpha1.ApplicationSetConditionResourcesUpToDate && c.Status == v1alpha1.ApplicationSetConditionStatusTrue
	})
	if !upToDate {
		return apps, fmt.Sprintf("applicationset %s: its applications are not what it expands to yet: %s", a.set, setState(set)), nil
	}
	return apps, "", nil
}
