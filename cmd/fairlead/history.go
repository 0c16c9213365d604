package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/types"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/pause"
)

func newHistoryCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var output string
	c := &cobra.Command{
		Use:   "history APP",
		Short: "List what an Application ran, newest first",
		Long:  "List the syncs of an Application that succeeded, newest first: what it can be rolled\nback to. The status keeps spec.revisionHistoryLimit of them.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := hub.client()
			if err != nil {
				return err
			}
			app := &v1alpha1.Application{}
			if err := c.Get(cmd.Context(), types.NamespacedName{Namespace: hub.namespace, Name: args[0]}, app); err != nil {
				return fromHub(err, "application "+args[0])
			}
			return printHistory(s, output, app)
		},
	}
	hub.bind(c)
	c.Flags().StringVarP(&output, "output", "o", "table", "table, json, yaml or name")
	return c
}

// printHistory writes the entries as Argo CD's status has them, newest first.
func printHistory(s streams, output string, app *v1alpha1.Application) error {
	entries := slices.Clone(app.Status.History)
	slices.Reverse(entries)
	t := table{header: []string{"ID", "DEPLOYED", "REVISION", "SOURCE", "BY"}}
	for _, h := range entries {
		t.add(fmt.Sprint(h.ID), h.DeployedAt.UTC().Format(time.RFC3339), pause.Short(pause.Revisions(h)), sourcesOf(h), initiator(h.InitiatedBy))
	}
	if entries == nil {
		entries = v1alpha1.RevisionHistories{} // an empty list in JSON, too
	}
	return printList(s.out, output, t, entries)
}

// sourcesOf an entry: where from, and as what its revision was asked for.
func sourcesOf(h v1alpha1.RevisionHistory) string {
	var out []string
	for _, src := range pause.Sources(h) {
		name := src.Path
		if src.Chart != "" {
			name = src.Chart
		}
		text := strings.TrimSuffix(withoutUser(src.RepoURL), "/")
		if name != "" && name != "." {
			text += "/" + name
		}
		if src.TargetRevision != "" {
			text += "@" + src.TargetRevision
		}
		out = append(out, text)
	}
	return strings.Join(out, ",")
}

// withoutUser is a URL without who asks, which may hold a password.
func withoutUser(repoURL string) string {
	u, err := url.Parse(repoURL)
	if err != nil || u.User == nil {
		return repoURL
	}
	u.User = nil
	return u.String()
}

func initiator(by v1alpha1.OperationInitiator) string {
	if by.Automated {
		return "automated"
	}
	return orDash(by.Username)
}
