package query

import (
	"context"
	"regexp"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/pause"
)

// answer asks the agent, if it is connected here; nil leaves it to another
// replica, or to another moment.
func (c *Controller) answer(ctx context.Context, q *fleet.Query, age time.Duration) (*fleet.QueryStatus, error) {
	app := &v1alpha1.Application{}
	err := c.Live.Get(ctx, types.NamespacedName{Namespace: q.Namespace, Name: q.Spec.Application}, app)
	switch {
	case apierrors.IsNotFound(err):
		return c.asLeader(failed("", delivery.QueryErrorf(fleet.QueryNotFound, "application %s: not found", q.Spec.Application))), nil
	case err != nil:
		return nil, err
	case app.Status.Delivery == nil || app.Status.Delivery.Cluster == "":
		return c.asLeader(failed("", delivery.QueryErrorf(fleet.QueryNotDelivered,
			"application %s is delivered to no cluster: its conditions say why", app.Name))), nil
	}
	cluster := app.Status.Delivery.Cluster
	if !c.Sessions.Connected(cluster) {
		return c.nobody(ctx, q, cluster, age)
	}
	left := timeoutOf(q) - age
	if left <= 0 {
		return failed(cluster, late(q, cluster)), nil
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	question := &deliveryv1.Query{
		Id: string(q.UID), Namespace: app.Namespace, Name: app.Name, Uid: string(app.UID), Kind: kindOf(q.Spec.Kind),
	}
	if err := c.locate(ctx, q, app, question); err != nil {
		return failed(cluster, err), nil
	}
	deadline, _ := ctx.Deadline()
	question.Seconds = uint32(max(1, time.Until(deadline)/time.Second))
	answer, err := c.Sessions.Ask(ctx, cluster, question)
	if err != nil {
		return failed(cluster, err), nil
	}
	return &fleet.QueryStatus{Phase: fleet.QueryAnswered, Cluster: cluster, Commit: question.GetRevision(), Answer: answer}, nil
}

// nobody here is connected to the agent: the leader says so, if no other
// replica is.
func (c *Controller) nobody(ctx context.Context, q *fleet.Query, name string, age time.Duration) (*fleet.QueryStatus, error) {
	if !c.leads() {
		return nil, nil
	}
	if age > timeoutOf(q)+patience {
		return failed(name, late(q, name)), nil
	}
	cluster := &fleet.Cluster{}
	err := c.Live.Get(ctx, types.NamespacedName{Namespace: c.Namespace, Name: name}, cluster)
	if err != nil && !apierrors.IsNotFound(err) {
		return nil, err
	}
	if err == nil && cluster.Status.Holder != "" || age < patience {
		return nil, nil // another replica's, or about to come back
	}
	return failed(name, delivery.QueryErrorf(fleet.QueryNotConnected, "the agent of cluster %s is not connected", name)), nil
}

func late(q *fleet.Query, cluster string) error {
	return delivery.QueryErrorf(fleet.QueryTimedOut, "the agent of cluster %s has not answered within %s", cluster, timeoutOf(q))
}

// asLeader leaves what any replica could say to the leader.
func (c *Controller) asLeader(end *fleet.QueryStatus) *fleet.QueryStatus {
	if !c.leads() {
		return nil
	}
	return end
}

func kindOf(k fleet.QueryKind) deliveryv1.Query_Kind {
	switch k {
	case fleet.QueryDiff:
		return deliveryv1.Query_KIND_DIFF
	case fleet.QueryTree:
		return deliveryv1.Query_KIND_TREE
	}
	return deliveryv1.Query_KIND_UNSPECIFIED
}

var fullCommit = regexp.MustCompile(`^[0-9a-f]{40}$`)

// locate finds the source that a revision is of, and its commit.
func (c *Controller) locate(ctx context.Context, q *fleet.Query, app *v1alpha1.Application, question *deliveryv1.Query) error {
	revision := q.Spec.Revision
	if revision == "" {
		return nil
	}
	if mark, err := pause.Read(app); err == nil && mark != nil {
		app = mark.Over(app) // what the agent has
	}
	sources := app.Spec.GetSources()
	at := int(q.Spec.SourcePosition)
	for i := 0; at == 0 && i < len(sources); i++ {
		if !sources[i].IsHelm() && !sources[i].IsOCI() {
			at = i + 1
		}
	}
	switch {
	case at == 0:
		return delivery.QueryErrorf(fleet.QueryUnresolved, "application %s has no Git source that revision %q could be of", app.Name, revision)
	case at > len(sources):
		return delivery.QueryErrorf(fleet.QueryUnresolved, "application %s has %d sources: there is none at position %d", app.Name, len(sources), at)
	case sources[at-1].IsHelm() || sources[at-1].IsOCI():
		return delivery.QueryErrorf(fleet.QueryUnresolved, "source %d of application %s is not in Git: only Git revisions can be compared", at, app.Name)
	}
	commit := revision
	if !fullCommit.MatchString(revision) {
		var err error
		if commit, err = c.Revisions.Current(ctx, sources[at-1].RepoURL, revision); err != nil {
			return delivery.QueryErrorf(fleet.QueryUnresolved, "revision %q of source %d: %w", revision, at, err)
		}
	}
	question.Source, question.TargetRevision, question.Revision = uint32(at), revision, commit
	return nil
}
