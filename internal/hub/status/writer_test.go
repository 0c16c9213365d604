package status_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/go-logr/logr"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/delivery"
	"github.com/fairlead/fairlead/internal/delivery/deliveryv1"
	"github.com/fairlead/fairlead/internal/hub/bootstrap"
	"github.com/fairlead/fairlead/internal/hub/status"
	"github.com/fairlead/fairlead/internal/testenv"
)

func TestMain(m *testing.M) {
	ctrllog.SetLogger(logr.Discard())
	testenv.Main(m)
}

// site is a Writer against a real API server, with one Application that is
// delivered to cluster "one".
type site struct {
	t *testing.T
	client.Client
	*status.Writer
	namespace string
	app       *v1alpha1.Application
}

// last answers with the Application as the API server has it.
type last struct{ s *site }

func (l last) Application(namespace, name string) *v1alpha1.Application {
	app := &v1alpha1.Application{}
	if err := l.s.Get(l.s.t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, app); err != nil {
		return nil
	}
	return app
}

func newSite(t *testing.T) *site {
	t.Helper()
	config := testenv.Hub(t)
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, apiextensionsv1.AddToScheme, v1alpha1.AddToScheme, fleet.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	config.WarningHandler = rest.NoWarnings{}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, Client: c, namespace: testenv.Namespace(t, config)}
	if err := bootstrap.Run(t.Context(), c, s.namespace); err != nil {
		t.Fatal(err)
	}
	s.Writer = &status.Writer{
		Client: c, Live: c, Applications: last{s}, Namespace: s.namespace, Replica: "me", Now: time.Now, Logger: logr.Discard(),
	}
	s.app = &v1alpha1.Application{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "web"}}
	s.app.Spec.Source = &v1alpha1.ApplicationSource{RepoURL: "https://git.invalid/a.git", Path: "a"}
	s.app.Spec.Destination = v1alpha1.ApplicationDestination{Name: "one"}
	if err := c.Create(t.Context(), s.app); err != nil {
		t.Fatal(err)
	}
	s.app.Status.Delivery = &v1alpha1.DeliveryStatus{Cluster: "one"}
	s.app.Status.Conditions = []v1alpha1.ApplicationCondition{{Type: "Leaders", Message: "own"}}
	if err := c.Status().Update(t.Context(), s.app); err != nil {
		t.Fatal(err)
	}
	return s
}

// report is one Application's status as an agent sends it.
func (s *site) report(said v1alpha1.ApplicationStatus, operation string) *deliveryv1.ReportRequest {
	s.t.Helper()
	raw, err := json.Marshal(said)
	if err != nil {
		s.t.Fatal(err)
	}
	return &deliveryv1.ReportRequest{Applications: []*deliveryv1.ApplicationReport{{
		Namespace: s.namespace, Name: "web", Uid: string(s.app.UID), Status: raw, OperationId: operation,
	}}}
}

func (s *site) now() *v1alpha1.Application {
	s.t.Helper()
	app := last{s}.Application(s.namespace, "web")
	if app == nil {
		s.t.Fatal("the application is gone")
	}
	return app
}

func synced(revision string) v1alpha1.ApplicationStatus {
	now := metav1.Unix(1, 0)
	said := v1alpha1.ApplicationStatus{
		ReconciledAt: &now,
		Sync:         v1alpha1.SyncStatus{Status: v1alpha1.SyncStatusCodeSynced, Revision: revision},
		Health:       v1alpha1.AppHealthStatus{Status: v1alpha1.HealthStatusHealthy},
	}
	said.Conditions = []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionSyncError, Message: "of the agent"}}
	return said
}

func TestAReportIsWrittenAndTheLeadersShareStays(t *testing.T) {
	s := newSite(t)
	if err := s.Report(t.Context(), "one", s.report(synced("c1"), "")); err != nil {
		t.Fatal(err)
	}
	app := s.now()
	if app.Status.Sync.Revision != "c1" || app.Status.Health.Status != v1alpha1.HealthStatusHealthy {
		t.Errorf("status %+v", app.Status)
	}
	if len(app.Status.Conditions) != 1 || app.Status.Conditions[0].Type != "Leaders" || app.Status.Delivery.Cluster != "one" {
		t.Errorf("the leader's share changed: %+v, %+v", app.Status.Conditions, app.Status.Delivery)
	}
	if len(app.Status.Delivery.Conditions) != 1 {
		t.Errorf("the agent's conditions: %+v", app.Status.Delivery.Conditions)
	}
	version := app.ResourceVersion
	if err := s.Report(t.Context(), "one", s.report(synced("c1"), "")); err != nil {
		t.Fatal(err)
	}
	if s.now().ResourceVersion != version {
		t.Error("a report that says nothing new was written")
	}
}

func TestAnAgentSpeaksForItselfOnly(t *testing.T) {
	s := newSite(t)
	version := s.now().ResourceVersion
	if err := s.Report(t.Context(), "two", s.report(synced("evil"), "")); err != nil {
		t.Fatal(err)
	}
	late := s.report(synced("late"), "")
	late.Applications[0].Uid = "of-an-earlier-one"
	if err := s.Report(t.Context(), "one", late); err != nil {
		t.Fatal(err)
	}
	if s.now().ResourceVersion != version {
		t.Errorf("written: %+v", s.now().Status)
	}
}

func TestAStartedOperationIsTakenOffAndANewerOneStays(t *testing.T) {
	s := newSite(t)
	ask := func(revision string) string {
		app := s.now()
		before := app.DeepCopy()
		app.Operation = &v1alpha1.Operation{Sync: &v1alpha1.SyncOperation{Revision: revision}}
		if err := s.Patch(t.Context(), app, client.MergeFrom(before)); err != nil {
			t.Fatal(err)
		}
		op, err := delivery.OperationOf(s.now())
		if err != nil {
			t.Fatal(err)
		}
		return op.GetId()
	}
	running := synced("c1")
	running.OperationState = &v1alpha1.OperationState{Phase: v1alpha1.OperationRunning, Message: "at it", StartedAt: metav1.Now()}
	first := ask("a")
	second := ask("b")
	if err := s.Report(t.Context(), "one", s.report(running, first)); err != nil {
		t.Fatal(err)
	}
	if s.now().Operation == nil {
		t.Error("the newer request was taken off with the older one")
	}
	ended := running
	ended.OperationState = &v1alpha1.OperationState{Phase: v1alpha1.OperationSucceeded, StartedAt: metav1.Now()}
	if err := s.Report(t.Context(), "one", s.report(ended, second)); err != nil {
		t.Fatal(err)
	}
	app := s.now()
	if app.Operation != nil || app.Status.OperationState.Phase != v1alpha1.OperationSucceeded || app.Status.OperationState.Message != "" {
		t.Errorf("operation %+v, state %+v", app.Operation, app.Status.OperationState)
	}
}

func TestTombstonesAnswersAndClusters(t *testing.T) {
	s := newSite(t)
	key := fleet.ApplicationKey{Namespace: s.namespace, Name: "web", UID: string(s.app.UID)}
	tomb := &fleet.Tombstone{
		ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: fleet.TombstoneName("one", key)},
		Spec:       fleet.TombstoneSpec{Cluster: "one", Application: key, Action: fleet.TombstoneDelete},
	}
	cluster := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: s.namespace, Name: "one"}}
	for _, o := range []client.Object{tomb, cluster} {
		if err := s.Create(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	answer := func(cluster, problem string, remaining int32) fleet.TombstoneStatus {
		t.Helper()
		ack := &deliveryv1.TombstoneAck{Namespace: s.namespace, Name: "web", Uid: string(s.app.UID), Error: problem, Remaining: remaining}
		if err := s.Report(t.Context(), cluster, &deliveryv1.ReportRequest{Acks: []*deliveryv1.TombstoneAck{ack}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Get(t.Context(), client.ObjectKeyFromObject(tomb), tomb); err != nil {
			t.Fatal(err)
		}
		return tomb.Status
	}
	if got := answer("two", "", 0); got.Acknowledged {
		t.Error("another cluster's agent answered")
	}
	if got := answer("one", "denied by a webhook", 3); got.Acknowledged || got.Remaining != 3 || got.Message == "" {
		t.Errorf("objects remain: %+v", got)
	}
	if got := answer("one", "", 0); !got.Acknowledged {
		t.Errorf("done: %+v", got)
	}

	seen := func() fleet.ClusterStatus {
		t.Helper()
		if err := s.Get(t.Context(), client.ObjectKeyFromObject(cluster), cluster); err != nil {
			t.Fatal(err)
		}
		return cluster.Status
	}
	s.Connected(t.Context(), "one", "v1")
	if got := seen(); got.Holder != "me" || got.AgentVersion != "v1" || got.LastSeen == nil {
		t.Errorf("connected: %+v", got)
	}
	facts := &deliveryv1.ClusterFacts{AgentVersion: "v1", KubernetesVersion: "v1.36.3", Nodes: 3, Gpus: 8}
	if err := s.Report(t.Context(), "one", &deliveryv1.ReportRequest{Cluster: facts}); err != nil {
		t.Fatal(err)
	}
	if got := seen(); got.Nodes != 3 || got.GPUs != 8 || got.KubernetesVersion != "v1.36.3" {
		t.Errorf("facts: %+v", got)
	}
	if err := s.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := seen(); got.Holder != "" {
		t.Errorf("after a restart the former life's claim stands: %+v", got)
	}
	cluster.Status.Holder = "another replica"
	if err := s.Status().Update(t.Context(), cluster); err != nil {
		t.Fatal(err)
	}
	s.Disconnected(t.Context(), "one")
	if got := seen(); got.Holder != "another replica" {
		t.Errorf("took another replica's session away: %+v", got)
	}
}
