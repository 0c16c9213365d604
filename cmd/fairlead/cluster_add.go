package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/clusters/enroll"
)

func newClusterAddCommand(s streams, hub *hubFlags) *cobra.Command {
	var (
		labels         []string
		server, output string
	)
	c := &cobra.Command{
		Use:     "add NAME",
		Short:   "Add a cluster and print the command that joins it",
		Example: "  fairlead cluster add edge-tokyo-1 --label ai-capable=true --label environment=edge",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			set, remove, err := parseLabelChanges(labels)
			if err != nil {
				return err
			}
			if len(remove) > 0 {
				return exitf(codeUsage, "--label %s-: a new cluster has no labels to remove", remove[0])
			}
			if args[0] == fleet.InClusterName {
				return exitf(codeUsage, "cluster %s is the hub's own and is always there", args[0])
			}
			if err := checkJoinOutput(output); err != nil {
				return err
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			cluster := &fleet.Cluster{
				ObjectMeta: metav1.ObjectMeta{Namespace: hub.namespace, Name: args[0], Labels: set},
				Spec:       fleet.ClusterSpec{Server: server},
			}
			err = c.Create(cmd.Context(), cluster)
			if apierrors.IsAlreadyExists(err) {
				return exitf(codeUsage, "cluster %s exists; label it with fairlead cluster label, or join it anew with: fairlead cluster token %s", args[0], args[0])
			}
			if err != nil {
				return fromHub(err, "cluster "+args[0])
			}
			return printJoin(cmd.Context(), s, hub, args[0], output)
		},
	}
	c.Flags().StringArrayVar(&labels, "label", nil, "label KEY=VALUE (repeatable)")
	c.Flags().StringVar(&server, "server", "", "server identifier (default: https://NAME.clusters.fairlead.dev)")
	c.Flags().StringVarP(&output, "output", "o", "command", "command or token")
	return c
}

func newClusterTokenCommand(s streams, hub *hubFlags) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "token NAME",
		Short: "Print a new join command for a cluster; joining replaces its former agent",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkJoinOutput(output); err != nil {
				return err
			}
			c, err := hub.client()
			if err != nil {
				return err
			}
			key := types.NamespacedName{Namespace: hub.namespace, Name: args[0]}
			if err := c.Get(cmd.Context(), key, &fleet.Cluster{}); err != nil {
				return fromHub(err, "cluster "+args[0])
			}
			return printJoin(cmd.Context(), s, hub, args[0], output)
		},
	}
	c.Flags().StringVarP(&output, "output", "o", "command", "command or token")
	return c
}

func checkJoinOutput(output string) error {
	if output != "command" && output != "token" {
		return exitf(codeUsage, "output %q: want command or token", output)
	}
	return nil
}

// printJoin issues a single-use token and prints it, alone or as the one line
// that joins the cluster.
func printJoin(ctx context.Context, s streams, hub *hubFlags, cluster, output string) error {
	config, err := hub.config()
	if err != nil {
		return err
	}
	core, err := corev1client.NewForConfig(config)
	if err != nil {
		return err
	}
	published, err := enroll.ReadPublished(ctx, core.ConfigMaps(hub.namespace))
	if err != nil {
		return exitf(codeUnreachable, "%w", err)
	}
	tokens := enroll.NewTokens(enroll.NewSecretTokens(core.Secrets(hub.namespace)), time.Now)
	token, err := tokens.Issue(ctx, cluster, published.Endpoint, published.Pin)
	if err != nil {
		return exitf(codeUsage, "%w", err)
	}
	if output == "token" {
		_, err = fmt.Fprintln(s.out, token.Encode())
		return err
	}
	fmt.Fprintf(s.err, "to join cluster %s, run this where its API server can be reached (once, within %s):\n", cluster, enroll.TokenLifetime)
	if u, err := url.Parse(published.Endpoint); err == nil && net.ParseIP(u.Hostname()).IsLoopback() {
		fmt.Fprintf(s.err, "the hub's endpoint %s can be reached from this machine only; start the hub with --delivery-url for others\n", published.Endpoint)
	}
	_, err = fmt.Fprintf(s.out, "fairlead-agent --join %s\n", token.Encode())
	return err
}
