package hub_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/clusters"
)

// single is an Application with a destination as YAML and Argo CD's resources
// finalizer.
func single(name, destination string) string {
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: %s, finalizers: [%s]}
spec:
  project: default
  source: {repoURL: https://git.invalid/a.git, path: a}
  destination: {namespace: x, %s}
`, name, v1alpha1.ResourcesFinalizerName, destination)
}

// clusterSecret declares a cluster as Argo CD does.
func (r *running) clusterSecret(t *testing.T, object, name, server string) *corev1.Secret {
	t.Helper()
	s := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: object, Labels: map[string]string{clusters.SecretTypeLabel: clusters.SecretTypeCluster}},
		StringData: map[string]string{"name": name, "server": server},
	}
	if err := r.Create(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Delete(context.Background(), s) })
	return s
}

func (r *running) serve(t *testing.T, name, server string) {
	t.Helper()
	r.cluster(t, name, nil)
	r.labelCluster(t, name, fmt.Sprintf(`{"spec":{"server":%q}}`, server))
}

func (r *running) awaitDelivered(t *testing.T, name, cluster string) *v1alpha1.Application {
	t.Helper()
	var app *v1alpha1.Application
	eventually(t, func() error {
		var err error
		app, err = r.app(t, name)
		if err == nil && (app.Status.Delivery == nil || app.Status.Delivery.Cluster != cluster) {
			err = fmt.Errorf("%s is not assigned to %s: %+v, %+v", name, cluster, app.Status.Delivery, app.Status.Conditions)
		}
		return err
	})
	return app
}

// awaitUnknown waits for a DestinationUnknown that says all parts; none means
// that there must be no such condition.
func (r *running) awaitUnknown(t *testing.T, name string, parts ...string) {
	t.Helper()
	eventually(t, func() error {
		app, err := r.app(t, name)
		if err != nil {
			return err
		}
		text := ""
		for _, c := range app.Status.Conditions {
			if c.Type == v1alpha1.ApplicationConditionDestinationUnknown {
				text = c.Message
			}
		}
		for _, p := range parts {
			if !strings.Contains(text, p) {
				return fmt.Errorf("%s: %q, want %q", name, text, parts)
			}
		}
		if len(parts) == 0 && text != "" {
			return fmt.Errorf("%s: %q, want none", name, text)
		}
		return nil
	})
}

// reported writes what an agent's first report would.
func (r *running) reported(t *testing.T, name string) {
	t.Helper()
	eventually(t, func() error {
		app, err := r.app(t, name)
		if err != nil {
			return err
		}
		app.Status.ReconciledAt = &metav1.Time{Time: time.Unix(1000, 0)}
		app.Status.Sync = v1alpha1.SyncStatus{Status: v1alpha1.SyncStatusCodeSynced, Revision: "c1"}
		app.Status.Health.Status = v1alpha1.HealthStatusHealthy
		app.Status.Resources = []v1alpha1.ResourceStatus{{Kind: "ConfigMap", Name: "x", Version: "v1"}}
		app.Status.Delivery.Conditions = []v1alpha1.ApplicationCondition{{Type: v1alpha1.ApplicationConditionSyncError, Message: "said there"}}
		return r.Status().Update(t.Context(), app)
	})
}

func TestSecretsNeverTakeADestinationFromACluster(t *testing.T) {
	r := start(t)
	r.serve(t, "prod", "https://prod.example.com")
	r.apply(t, single("web", "server: https://prod.example.com"))
	r.apply(t, single("root", "server: "+fleet.InClusterServer))
	r.apply(t, single("named-root", "name: in-cluster"))
	r.awaitDelivered(t, "web", "prod")
	r.awaitDelivered(t, "root", "in-cluster")
	r.awaitDelivered(t, "named-root", "in-cluster")

	r.clusterSecret(t, "a", "a-prod", "https://prod.example.com")
	r.clusterSecret(t, "mgmt", "mgmt", fleet.InClusterServer)
	time.Sleep(time.Second)
	for name, cluster := range map[string]string{"web": "prod", "root": "in-cluster", "named-root": "in-cluster"} {
		r.awaitDelivered(t, name, cluster)
		r.awaitUnknown(t, name)
	}
	r.awaitTombstones(t, "prod", nil)
	r.awaitTombstones(t, "in-cluster", nil)
}

func TestTwoClustersOfOneServerAreAnErrorThatNamesBoth(t *testing.T) {
	r := start(t)
	r.serve(t, "one", "https://same.example.com")
	r.apply(t, single("web", "server: https://same.example.com"))
	r.awaitDelivered(t, "web", "one")
	r.serve(t, "also", "https://same.example.com")
	r.awaitUnknown(t, "web", "/one", "/also")
	r.awaitDelivered(t, "web", "one") // nothing is released
	r.awaitTombstones(t, "one", nil)
	r.labelCluster(t, "also", `{"spec":{"server":"https://other.example.com"}}`)
	r.awaitUnknown(t, "web")
}

// Row B8 of the bad inputs: the two are refused, not the fleet.
func TestADuplicatedNameStopsOnlyItsOwnApplications(t *testing.T) {
	r := start(t)
	r.cluster(t, "good", nil)
	r.clusterSecret(t, "x", "twice", "https://x.example.com")
	second := r.clusterSecret(t, "y", "twice", "https://y.example.com")
	r.apply(t, single("web", "name: good"))
	r.apply(t, single("lost", "name: twice"))
	r.awaitDelivered(t, "web", "good")
	r.awaitUnknown(t, "lost", "/x", "/y")
	if err := r.Delete(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	r.awaitUnknown(t, "lost")
	r.awaitDelivered(t, "lost", "twice")
}

func TestAnotherDestinationStartsUnknown(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", nil)
	r.cluster(t, "two", nil)
	r.apply(t, single("web", "name: one"))
	r.awaitDelivered(t, "web", "one")
	r.reported(t, "web")
	r.apply(t, single("web", "name: two"))
	app := r.awaitDelivered(t, "web", "two")
	s := app.Status
	if s.Sync.Status != v1alpha1.SyncStatusCodeUnknown || s.Sync.Revision != "" || s.Health.Status != v1alpha1.HealthStatusUnknown ||
		len(s.Resources) > 0 || len(s.Delivery.Conditions) > 0 || s.ReconciledAt != nil {
		t.Errorf("what the former cluster said stands: %+v", s)
	}
	for _, c := range s.Conditions {
		if c.Message == "said there" {
			t.Errorf("the former cluster's condition stands: %+v", c)
		}
	}
}

// Deleted, made anew, deleted again while the agent is away: the agent holds
// the first UID, so the first order must stand until it has heard of another.
func TestATombstoneStandsUntilTheAgentHasTakenOver(t *testing.T) {
	r := start(t)
	r.cluster(t, "away", nil)
	remove := func() {
		t.Helper()
		app := r.awaitDelivered(t, "web", "away")
		if err := r.Delete(t.Context(), app); err != nil {
			t.Fatal(err)
		}
		r.awaitGone(t, "web")
	}
	for range 2 {
		r.apply(t, single("web", "name: away"))
		remove()
	}
	if n := r.countTombstones(t); n != 2 {
		t.Fatalf("%d tombstones stand, want one for each UID", n)
	}
	r.apply(t, single("web", "name: away"))
	r.awaitDelivered(t, "web", "away")
	time.Sleep(time.Second)
	if n := r.countTombstones(t); n != 2 {
		t.Errorf("%d tombstones stand before the agent has reported, want 2", n)
	}
	r.reported(t, "web")
	r.awaitTombstones(t, "away", nil)
}

func (r *running) countTombstones(t *testing.T) int {
	t.Helper()
	var list fleet.TombstoneList
	if err := r.List(t.Context(), &list, client.InNamespace(r.namespace)); err != nil {
		t.Fatal(err)
	}
	return len(list.Items)
}

func TestReportedFactsReachTheRows(t *testing.T) {
	r := start(t)
	r.cluster(t, "one", map[string]string{"here": "true"})
	r.apply(t, `
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: facts}
spec:
  goTemplate: true
  generators:
  - clusters: {selector: {matchLabels: {here: "true"}}}
  template:
    metadata: {name: 'facts-{{.name}}'}
    spec:
      project: default
      source: {repoURL: https://git.invalid/a.git, path: 'nodes-{{ dig "facts" "nodes" 0 . }}'}
      destination: {name: '{{.name}}', namespace: x}
`)
	r.awaitApps(t, "facts-one")
	c := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: r.namespace, Name: "one"}}
	if err := r.Status().Patch(t.Context(), c, client.RawPatch(types.MergePatchType, []byte(`{"status":{"nodes":5}}`))); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		app, err := r.app(t, "facts-one")
		if err == nil && app.Spec.Source.Path != "nodes-5" {
			err = fmt.Errorf("path %s", app.Spec.Source.Path)
		}
		return err
	})
}
