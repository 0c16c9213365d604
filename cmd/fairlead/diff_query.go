package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
)

const (
	// queryPoll is how often an answer is looked for.
	queryPoll = 150 * time.Millisecond
	// queryGrace is how much longer than the agent the command waits.
	queryGrace = 5 * time.Second
	// maxQueryTimeout is what the hub takes.
	maxQueryTimeout = 300 * time.Second
)

// ask the agent of an Application, through a Query that is removed again, and
// read its answer.
func (f *hubFlags) ask(cmd *cobra.Command, spec fleet.QuerySpec, timeout time.Duration, answer any) (fleet.QueryStatus, error) {
	if timeout < time.Second || timeout > maxQueryTimeout {
		return fleet.QueryStatus{}, exitf(codeUsage, "--timeout %s: want 1s to %s", timeout, maxQueryTimeout)
	}
	c, err := f.client()
	if err != nil {
		return fleet.QueryStatus{}, err
	}
	ctx, what := cmd.Context(), "application "+spec.Application
	if err := c.Get(ctx, types.NamespacedName{Namespace: f.namespace, Name: spec.Application}, &v1alpha1.Application{}); err != nil {
		return fleet.QueryStatus{}, fromHub(err, what)
	}
	spec.TimeoutSeconds = int32(timeout / time.Second)
	q := &fleet.Query{ObjectMeta: metav1.ObjectMeta{Namespace: f.namespace, GenerateName: "cli-"}, Spec: spec}
	if err := c.Create(ctx, q); err != nil {
		return fleet.QueryStatus{}, fromHub(err, "query about "+what)
	}
	defer removeQuery(ctx, c, q)
	err = wait.PollUntilContextTimeout(ctx, queryPoll, timeout+queryGrace, true, func(ctx context.Context) (bool, error) {
		err := c.Get(ctx, client.ObjectKeyFromObject(q), q)
		return q.Status.Phase != "", err
	})
	switch {
	case wait.Interrupted(err) && ctx.Err() == nil:
		return q.Status, exitf(codeTimeout, "%s: no hub has taken the question up within %s; is it running, and of this version?", what, timeout+queryGrace)
	case err != nil:
		return q.Status, fromHub(err, "query about "+what)
	case q.Status.Phase == fleet.QueryFailed:
		code, known := queryCodes[q.Status.Reason]
		if !known {
			code = codeUsage
		}
		return q.Status, exitf(code, "%s: %s", what, printable(q.Status.Error))
	}
	if err := delivery.DecodeAnswer(q.Status.Answer, answer); err != nil {
		return q.Status, exitf(codeUsage, "%s: %w", what, err)
	}
	return q.Status, nil
}

// removeQuery also when the command was interrupted; the hub does it later
// where this fails.
func removeQuery(ctx context.Context, c client.Client, q *fleet.Query) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = c.Delete(ctx, q)
}

// queryCodes are the exit codes of questions without an answer.
var queryCodes = map[fleet.QueryReason]int{
	fleet.QueryNotFound:     codeNotFound,
	fleet.QueryNotDelivered: codeNotFound,
	fleet.QueryNotConnected: codeUnreachable,
	fleet.QueryOldAgent:     codeUnreachable,
	fleet.QueryBusy:         codeUnreachable,
	fleet.QueryTimedOut:     codeTimeout,
	fleet.QueryUnresolved:   codeUsage,
	fleet.QueryError:        codeUsage,
}

// checkOutput of a command that prints text, or an answer as it is.
func checkOutput(output string) error {
	switch output {
	case "text", "json", "yaml":
		return nil
	}
	return exitf(codeUsage, "output %q: want text, json or yaml", output)
}

// objectName reads "Deployment.apps web/api".
func objectName(kind, group, namespace, name string) string {
	if group != "" {
		kind += "." + group
	}
	if namespace != "" {
		name = namespace + "/" + name
	}
	return printable(fmt.Sprintf("%s %s", kind, name))
}
