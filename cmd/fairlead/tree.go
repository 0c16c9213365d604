package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
)

func newTreeCommand(s streams) *cobra.Command {
	hub := &hubFlags{}
	var output string
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "tree APP",
		Short: "Show an Application's objects and what they own, down to pods",
		Long: `Show an Application's objects and what they own, down to pods, as they are now:
the cluster's agent reads them when it is asked, by owner references.

Exit codes: 0 shown; 2 usage; 3 the hub or the agent cannot be reached;
4 forbidden; 5 no such Application, or not delivered yet; 6 no answer in time.`,
		Example: "  fairlead tree web-tokyo\n  fairlead tree web-tokyo -o json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkOutput(output); err != nil {
				return err
			}
			var answer fleet.TreeAnswer
			spec := fleet.QuerySpec{Application: args[0], Kind: fleet.QueryTree}
			if _, err := hub.ask(cmd, spec, timeout, &answer); err != nil {
				return err
			}
			if output != "text" {
				return printList(s.out, output, table{}, answer)
			}
			return printTree(s.out, args[0], answer, time.Now())
		},
	}
	hub.bind(c)
	c.Flags().StringVarP(&output, "output", "o", "text", "text, json or yaml")
	c.Flags().DurationVar(&timeout, "timeout", time.Minute, "how long to wait for the agent")
	return c
}

// printTree for people, ages as of now.
func printTree(w io.Writer, name string, answer fleet.TreeAnswer, now time.Time) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = printable(cells[i])
		}
		fmt.Fprintln(tw, strings.Join(cells, "\t"))
	}
	row("NAME", "SYNC", "HEALTH", "READY", "AGE", "IMAGES")
	row("Application "+name, orDash(answer.Sync), orDash(answer.Health), "-", "-", "-")
	var below func(nodes []fleet.TreeNode, indent string)
	below = func(nodes []fleet.TreeNode, indent string) {
		for i, n := range nodes {
			branch, next := "├─ ", "│  "
			if i == len(nodes)-1 {
				branch, next = "└─ ", "   "
			}
			sync := n.Sync
			if n.Hook {
				sync = "Hook"
			}
			row(indent+branch+objectName(n.Kind, n.Group, n.Namespace, n.Name),
				orDash(sync), orDash(n.Health), orDash(n.Ready), ageOf(n.Created, now), orDash(strings.Join(n.Images, ",")))
			below(n.Children, indent+next)
		}
	}
	below(answer.Roots, "")
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, note := range append(answer.Notes, answer.Truncated) {
		if note != "" {
			fmt.Fprintln(w, printable("note: "+note))
		}
	}
	return nil
}

func ageOf(created *metav1.Time, now time.Time) string {
	if created == nil {
		return "-"
	}
	return duration.HumanDuration(now.Sub(created.Time))
}
