package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/fairlead/fairlead/api/v1alpha1"
)

// held says which held deletions a command is about, and how they end.
type held struct {
	application, project string
	all, yes             bool
	digest               string
	// annotation that carries the decision to the hub.
	annotation string
	// asks and done are the question and what is said afterwards; both name the
	// number of applications.
	asks, done string
	// names may also be an application's.
	anyName bool
}

func newApproveCommand(s streams) *cobra.Command {
	return newHeldCommand(s, &cobra.Command{
		Use:     "approve SET | --application APP | --project PROJECT | --all",
		Short:   "Let held deletions go: the applications and their workloads are deleted",
		Long:    "Let deletions go that the hub holds because too much would be lost at once.\nIt lists them and asks first. See docs/deletions.md.",
		Example: "  fairlead approve model-serving\n  fairlead approve model-serving --digest 0f1e2d3c4b5a6978 --yes\n  fairlead approve --application model-serving-us-east-1",
	}, &held{
		annotation: v1alpha1.AnnotationApproveDeletions,
		asks:       "delete these %d applications and their workloads?", done: "%d approved; the hub deletes them now",
	})
}

func newHeldCommand(s streams, c *cobra.Command, h *held) *cobra.Command {
	hub := &hubFlags{}
	c.Args = cobra.MaximumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		name := ""
		if len(args) == 1 {
			name = args[0]
		}
		return h.run(cmd.Context(), s, hub, name)
	}
	hub.bind(c)
	f := c.Flags()
	f.StringVar(&h.application, "application", "", "one application that is being deleted and held")
	f.StringVar(&h.project, "project", "", "all held applications of this project")
	f.BoolVar(&h.all, "all", false, "everything that is held")
	f.StringVar(&h.digest, "digest", "", "only if what is held has this digest")
	f.BoolVarP(&h.yes, "yes", "y", false, "do not ask")
	return c
}

func (h *held) run(ctx context.Context, s streams, hub *hubFlags, set string) error {
	named := 0
	for _, given := range []bool{set != "", h.application != "", h.project != "", h.all} {
		if given {
			named++
		}
	}
	if named != 1 {
		return exitf(codeUsage, "name one of: a set, --application, --project, --all")
	}
	c, err := hub.client()
	if err != nil {
		return err
	}
	return h.decide(ctx, s, finder{Client: c, namespace: hub.namespace}, set)
}

// decide finds what is held and writes the decision about it.
func (h *held) decide(ctx context.Context, s streams, find finder, set string) error {
	groups, what, err := h.groups(ctx, find, set)
	if err != nil {
		return err
	}
	if len(groups) == 0 {
		return exitf(codeNotFound, "%s: nothing is held", what)
	}
	if groups, err = h.pinned(groups, what); err != nil {
		return err
	}
	return h.release(ctx, s, find, groups)
}

// groups finds what is held of what was named, and says that in words.
func (h *held) groups(ctx context.Context, find finder, set string) ([]group, string, error) {
	switch {
	case h.application != "":
		groups, err := find.applications(ctx, func(app *v1alpha1.Application) bool { return app.Name == h.application })
		return groups, "application " + h.application, err
	case h.project != "":
		groups, err := find.applications(ctx, func(app *v1alpha1.Application) bool { return app.Spec.GetProject() == h.project })
		return groups, "project " + h.project, err
	case h.all:
		groups, err := find.everything(ctx)
		return groups, "namespace " + find.namespace, err
	}
	groups, err := find.ofSet(ctx, set)
	if err == nil && len(groups) == 0 && h.anyName {
		groups, err = find.applications(ctx, func(app *v1alpha1.Application) bool { return app.Name == set })
		return groups, set, err
	}
	return groups, "set " + set, err
}

// pinned keeps the group of the digest that was given, if one was.
func (h *held) pinned(groups []group, what string) ([]group, error) {
	if h.digest == "" {
		return groups, nil
	}
	var digests []string
	for _, g := range groups {
		if g.digest == h.digest {
			return []group{g}, nil
		}
		digests = append(digests, g.digest)
	}
	return nil, exitf(codeGuarded, "%s: what is held has digest %v, not %s: it has changed; look at it again without --digest", what, digests, h.digest)
}

// release shows the groups, asks, and writes the decision.
func (h *held) release(ctx context.Context, s streams, c patcher, groups []group) error {
	t := table{header: []string{"APPLICATION", "CLUSTER", "NOW NAMED", "HELD BY", "DIGEST"}}
	count := 0
	for _, g := range groups {
		g.list(&t)
		count += g.count
	}
	if err := t.write(s.out); err != nil {
		return err
	}
	if !h.yes && !confirmed(s, fmt.Sprintf(h.asks, count)) {
		return exitf(codeGuarded, "not confirmed, so nothing has changed; --yes does not ask")
	}
	written, err := h.write(ctx, c, groups)
	if written > 0 || err == nil {
		fmt.Fprintf(s.err, h.done+"\n", written)
	}
	if written > 0 && err != nil {
		return &exitError{codePartly, err}
	}
	return err
}

// write writes the decision on every object that takes it, and counts the
// applications that are decided about. One that was made anew does not stop the
// others; a hub that does not answer does.
func (h *held) write(ctx context.Context, c patcher, groups []group) (int, error) {
	written := 0
	var failed []error
	for _, g := range groups {
		for _, d := range g.decide {
			n, err := d.annotate(ctx, c, h.annotation)
			written += n
			if err == nil {
				continue
			}
			failed = append(failed, err)
			var exit *exitError
			if errors.As(err, &exit) && exit.code == codeUnreachable {
				return written, errors.Join(failed...)
			}
		}
	}
	return written, errors.Join(failed...)
}
