package status

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
)

// MaxStatus bounds one Application's reported status, in bytes of JSON.
const MaxStatus = 256 << 10

// operation is one step of a JSON patch (RFC 6902).
type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value,omitempty"`
}

// application writes one reported status. A report about an Application that
// is not delivered to the reporting cluster is dropped: an agent speaks for
// itself only.
func (w *Writer) application(ctx context.Context, cluster string, report *deliveryv1.ApplicationReport) error {
	app := w.Applications.Application(report.GetNamespace(), report.GetName())
	if app == nil || string(app.UID) != report.GetUid() {
		return nil
	}
	if deliveredTo(app) != cluster {
		w.Logger.Info("report dropped: the application is not delivered to this cluster",
			"application", report.GetNamespace()+"/"+report.GetName(), "cluster", cluster)
		return nil
	}
	if len(report.GetStatus()) > MaxStatus {
		return fmt.Errorf("status of application %s/%s is %w: it has %d bytes, more than %d", report.GetNamespace(), report.GetName(), errUnusable, len(report.GetStatus()), MaxStatus)
	}
	var said v1alpha1.ApplicationStatus
	if err := json.Unmarshal(report.GetStatus(), &said); err != nil {
		return fmt.Errorf("status of application %s/%s is %w: %w", report.GetNamespace(), report.GetName(), errUnusable, err)
	}
	if err := w.write(ctx, cluster, app, &said); err != nil {
		return err
	}
	return w.started(ctx, app, report.GetOperationId())
}

func (w *Writer) write(ctx context.Context, cluster string, app *v1alpha1.Application, said *v1alpha1.ApplicationStatus) error {
	steps := statusPatch(app.UID, cluster, keepAbort(app, said))
	body, err := json.Marshal(steps)
	if err != nil {
		return fmt.Errorf("encode status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	sum := sha256.Sum256(body)
	digest := hex.EncodeToString(sum[:])
	// A status without a time was made blank for a new destination since, and
	// one that says Terminating was written by somebody else.
	if w.memory.wrote(cluster, app.UID) == digest && app.Status.ReconciledAt != nil && !terminating(app) {
		return nil
	}
	patch, err := json.Marshal(append(unlessAborted(app, said), steps...))
	if err != nil {
		return fmt.Errorf("encode status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	target := &v1alpha1.Application{}
	target.Namespace, target.Name = app.Namespace, app.Name
	err = w.Client.Status().Patch(ctx, target, client.RawPatch(types.JSONPatchType, patch))
	if apierrors.IsInvalid(err) {
		// A test of the patch failed, or the schema refuses what was said.
		live, moved, failed := w.moved(ctx, cluster, app)
		if moved || failed != nil {
			return failed
		}
		if phaseOf(live) != phaseOf(app) {
			return w.write(ctx, cluster, live, said)
		}
	}
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("write status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	if err == nil {
		w.memory.remember(cluster, app.UID, digest)
	}
	return nil
}

// moved says that the Application has gone, is another one of the same name or
// is another cluster's by now, which the Application as last seen did not show;
// live is how it stands.
func (w *Writer) moved(ctx context.Context, cluster string, app *v1alpha1.Application) (live *v1alpha1.Application, moved bool, err error) {
	live = &v1alpha1.Application{}
	if err := w.Live.Get(ctx, client.ObjectKeyFromObject(app), live); err != nil {
		return nil, apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}
	return live, live.UID != app.UID || deliveredTo(live) != cluster, nil
}

// deliveredTo is the cluster that an Application is delivered to, or "".
func deliveredTo(app *v1alpha1.Application) string {
	if app.Status.Delivery == nil {
		return ""
	}
	return app.Status.Delivery.Cluster
}

// statusPatch replaces the agent's share of the status, field by field: a
// merge would leave an ended operation's fields in the next one.
func statusPatch(uid types.UID, cluster string, said *v1alpha1.ApplicationStatus) []operation {
	steps := []operation{
		{Op: "test", Path: "/metadata/uid", Value: uid},
		{Op: "test", Path: "/status/delivery/cluster", Value: cluster},
	}
	put := func(field string, value any) {
		steps = append(steps, operation{Op: "add", Path: "/status/" + field, Value: value})
	}
	put("sync", said.Sync)
	put("health", said.Health)
	put("resources", orEmpty(said.Resources))
	put("history", orEmpty(said.History))
	put("summary", said.Summary)
	if said.OperationState != nil {
		put("operationState", said.OperationState)
	}
	if said.ReconciledAt != nil {
		put("reconciledAt", said.ReconciledAt)
	}
	if said.SourceType != "" {
		put("sourceType", said.SourceType)
	}
	put("sourceTypes", orEmpty(said.SourceTypes))
	put("delivery/conditions", orEmpty(said.Conditions))
	return steps
}

// orEmpty makes nil an empty list, since a JSON patch cannot add nothing.
func orEmpty[S ~[]E, E any](s S) S {
	if s == nil {
		return S{}
	}
	return s
}
