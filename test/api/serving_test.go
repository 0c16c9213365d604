package api

import (
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleetv1alpha1 "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/testenv"
)

// People see what they see with Argo CD, under the same short names.
func TestColumnsAndShortNames(t *testing.T) {
	c, namespace := hub(t)
	app := &v1alpha1.Application{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "guestbook"},
		Spec:       v1alpha1.ApplicationSpec{Project: "default"},
	}
	create(t, c, app)
	patchStatus(t, c, app, `{"sync":{"status":"Synced","revision":"a2431349"},"health":{"status":"Healthy"}}`)
	set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "fleet"}}
	set.Spec.Generators = []v1alpha1.ApplicationSetGenerator{}
	create(t, c, set)
	patchStatus(t, c, set, `{"resourcesCount":7,"health":{"status":"Degraded"},"conditions":[
		{"type":"ResourcesUpToDate","status":"True","reason":"ApplicationSetUpToDate","message":"ok"}]}`)
	create(t, c, &v1alpha1.AppProject{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "team"}})
	cluster := &fleetv1alpha1.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "edge-1"}}
	create(t, c, cluster)
	patchStatus(t, c, cluster, `{"nodes":3,"gpus":8,"agentVersion":"v0.1.0","kubernetesVersion":"v1.36.3"}`)

	for _, want := range []struct{ args, table string }{
		{"app", "NAME|SYNC STATUS|HEALTH STATUS\nguestbook|Synced|Healthy"},
		{"apps -o wide", "NAME|SYNC STATUS|HEALTH STATUS|REVISION|PROJECT\nguestbook|Synced|Healthy|a2431349|default"},
		{"appset --no-headers", "fleet|7|Degraded|True|"},
		{"appsets", "NAME|APPLICATIONS|HEALTH|UP TO DATE|AGE\nfleet|7|Degraded|True|"},
		{"appproj", "NAME|AGE\nteam|"},
		{"appprojs --no-headers", "team|"},
		{"clusters.fairlead.dev", "NAME|CONNECTED|KUBERNETES|AGENT|NODES|GPUS|LAST SEEN\nedge-1|v1.36.3|v0.1.0|3|8"},
	} {
		args := append([]string{"-n", namespace, "get"}, strings.Fields(want.args)...)
		var got string
		// Discovery lists short names a moment after the kind is served.
		eventually(t, func() (err error) {
			got, err = testenv.TryKubectl(t, testenv.HubKubeconfig(t), "", args...)
			return err
		})
		if !strings.HasPrefix(table(got), want.table) {
			t.Errorf("kubectl get %s shows\n%s\nwant\n%s", want.args, table(got), want.table)
		}
	}
}

// table joins columns, which are three or more spaces apart, with a bar, and
// leaves empty ones out.
func table(out string) string {
	var lines []string
	for line := range strings.Lines(out) {
		var cells []string
		for cell := range strings.SplitSeq(strings.TrimSpace(line), "   ") {
			if cell = strings.TrimSpace(cell); cell != "" {
				cells = append(cells, cell)
			}
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return strings.Join(lines, "\n")
}

// Generation follows what users write; a status has a door of its own.
func TestStatusIsASubresource(t *testing.T) {
	c, namespace := hub(t)
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "a"}}
	set := &v1alpha1.ApplicationSet{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "a"}}
	set.Spec.Generators = []v1alpha1.ApplicationSetGenerator{}
	for _, object := range []client.Object{app, set} {
		create(t, c, object)
		patchStatus(t, c, object, `{"health":{"status":"Healthy"}}`)
		if got := object.GetGeneration(); got != 1 {
			t.Errorf("%T: a status made generation %d", object, got)
		}
		ignored := client.RawPatch(client.Merge.Type(), []byte(`{"status":{"health":{"status":"Degraded"}}}`))
		if err := c.Patch(t.Context(), object, ignored); err != nil {
			t.Fatal(err)
		}
	}
	if app.Status.Health.Status != "Healthy" || set.Status.Health.Status != "Healthy" {
		t.Errorf("a patch of the object changed its status: %s, %s", app.Status.Health.Status, set.Status.Health.Status)
	}
	app.Spec.Project = "other"
	if err := c.Update(t.Context(), app); err != nil {
		t.Fatal(err)
	}
	if app.Generation != 2 {
		t.Errorf("a change of the spec made generation %d", app.Generation)
	}
}

// A full status of Argo CD is accepted as it is.
func TestStatusOfArgoCDIsAccepted(t *testing.T) {
	c, namespace := hub(t)
	app := &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "a"}}
	create(t, c, app)
	now := metav1.Now().Rfc3339Copy()
	source := v1alpha1.ApplicationSource{RepoURL: "https://git.example.com/a.git", Path: "p"}
	before := app.DeepCopy()
	app.Status = v1alpha1.ApplicationStatus{
		Sync:    v1alpha1.SyncStatus{Status: v1alpha1.SyncStatusCodeSynced, Revision: "abc", ComparedTo: v1alpha1.ComparedTo{Source: source}},
		Health:  v1alpha1.AppHealthStatus{Status: v1alpha1.HealthStatusHealthy, LastTransitionTime: &now},
		History: v1alpha1.RevisionHistories{{ID: 1, Revision: "abc", Source: source, DeployedAt: now, DeployStartedAt: &now}},
		OperationState: &v1alpha1.OperationState{
			Operation: v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: "abc"}, InitiatedBy: v1alpha1.OperationInitiator{Automated: true}},
			Phase:     v1alpha1.OperationSucceeded, StartedAt: now, FinishedAt: &now,
			SyncResult: &v1alpha1.SyncOperationResult{Revision: "abc", Source: source, Resources: v1alpha1.ResourceResults{
				{Group: "apps", Version: "v1", Kind: "Deployment", Namespace: "x", Name: "d", Status: v1alpha1.ResultCodeSynced, SyncPhase: v1alpha1.SyncPhaseSync, HookPhase: v1alpha1.OperationRunning},
			}},
		},
		Conditions:   []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionOrphaned, Message: "m", LastTransitionTime: &now}},
		ReconciledAt: &now,
		SourceType:   v1alpha1.ApplicationSourceTypeKustomize,
		Delivery:     &v1alpha1.DeliveryStatus{Cluster: "edge-1"},
	}
	want := app.Status.DeepCopy()
	if err := c.Status().Patch(t.Context(), app, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
	if err := c.Get(t.Context(), client.ObjectKeyFromObject(app), app); err != nil {
		t.Fatal(err)
	}
	if diff := diffJSON(t, want, app.Status); diff != "" {
		t.Errorf("status (-written +read):\n%s", diff)
	}
}
