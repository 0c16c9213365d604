package status

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
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
	if app.Status.Delivery == nil || app.Status.Delivery.Cluster != cluster {
		w.Logger.Info("report dropped: the application is not delivered to this cluster",
			"application", report.GetNamespace()+"/"+report.GetName(), "cluster", cluster)
		return nil
	}
	if len(report.GetStatus()) > MaxStatus {
		return fmt.Errorf("status of application %s/%s has %d bytes, more than %d", report.GetNamespace(), report.GetName(), len(report.GetStatus()), MaxStatus)
	}
	var said v1alpha1.ApplicationStatus
	if err := json.Unmarshal(report.GetStatus(), &said); err != nil {
		return fmt.Errorf("status of application %s/%s from cluster %s: %w", report.GetNamespace(), report.GetName(), cluster, err)
	}
	if err := w.write(ctx, cluster, app, &said); err != nil {
		return err
	}
	return w.started(ctx, app, report.GetOperationId())
}

func (w *Writer) write(ctx context.Context, cluster string, app *v1alpha1.Application, said *v1alpha1.ApplicationStatus) error {
	patch, err := json.Marshal(statusPatch(app.UID, said))
	if err != nil {
		return fmt.Errorf("encode status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	sum := sha256.Sum256(patch)
	digest := hex.EncodeToString(sum[:])
	if w.memory.wrote(cluster, app.UID) == digest {
		return nil
	}
	target := &v1alpha1.Application{}
	target.Namespace, target.Name = app.Namespace, app.Name
	err = w.Client.Status().Patch(ctx, target, client.RawPatch(types.JSONPatchType, patch))
	if ignoreGone(err) != nil {
		return fmt.Errorf("write status of application %s/%s: %w", app.Namespace, app.Name, err)
	}
	if err == nil {
		w.memory.remember(cluster, app.UID, digest)
	}
	return nil
}

// statusPatch replaces the agent's share of the status, field by field: a
// merge would leave an ended operation's fields in the next one.
func statusPatch(uid types.UID, said *v1alpha1.ApplicationStatus) []operation {
	steps := []operation{{Op: "test", Path: "/metadata/uid", Value: uid}}
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

// started takes the operation off an Application once the agent has begun it,
// as Argo CD's controller does. It looks at the object anew, so that a request
// made since stays.
func (w *Writer) started(ctx context.Context, app *v1alpha1.Application, id string) error {
	if app.Operation == nil || id == "" {
		return nil
	}
	fresh := &v1alpha1.Application{}
	if err := w.Live.Get(ctx, client.ObjectKeyFromObject(app), fresh); err != nil {
		return client.IgnoreNotFound(err)
	}
	pending, err := delivery.OperationOf(fresh)
	if err != nil || pending.GetId() != id {
		return err
	}
	patch, err := json.Marshal([]operation{
		{Op: "test", Path: "/metadata/resourceVersion", Value: fresh.ResourceVersion},
		{Op: "remove", Path: "/operation"},
	})
	if err != nil {
		return err
	}
	if err := w.Client.Patch(ctx, fresh, client.RawPatch(types.JSONPatchType, patch)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("take operation off application %s/%s: %w", app.Namespace, app.Name, err)
	}
	return nil
}
