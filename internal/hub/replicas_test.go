package hub

import (
	"context"
	"testing"
	"time"

	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	fleet "github.com/fairlead/fairlead/api/fleet/v1alpha1"
	"github.com/fairlead/fairlead/internal/hub/bootstrap"
	"github.com/fairlead/fairlead/internal/hub/status"
	"github.com/fairlead/fairlead/internal/testenv"
)

func TestClustersOfADeadReplicaAreHeldByNobody(t *testing.T) {
	config := testenv.Hub(t)
	scheme, err := newScheme()
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.New(config, client.Options{Scheme: scheme})
	if err != nil {
		t.Fatal(err)
	}
	namespace := testenv.Namespace(t, config)
	if err := bootstrap.Run(t.Context(), c, namespace); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	writer := &status.Writer{Client: c, Live: c, Namespace: namespace, Now: func() time.Time { return now }, Logger: logr.Discard()}
	replica := func(name string) *replicas {
		return &replicas{
			client: c, live: c, namespace: namespace, name: name, now: func() time.Time { return now },
			logger: logr.Discard(), release: writer.Release,
		}
	}
	for _, name := range []string{"hub-1", "Hub.2"} {
		for range 2 { // made, renewed
			if err := replica(name).renew(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	holders := map[string]string{"of-leader": "leader", "of-first": "hub-1", "of-second": "Hub.2", "of-nobody": "", "of-dead": "hub-0"}
	for name, holder := range holders {
		cluster := &fleet.Cluster{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
		if err := c.Create(t.Context(), cluster); err != nil {
			t.Fatal(err)
		}
		cluster.Status.Holder = holder
		if err := c.Status().Update(t.Context(), cluster); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want map[string]string) {
		t.Helper()
		if err := replica("leader").bury(context.Background()); err != nil {
			t.Fatal(err)
		}
		for name, holder := range want {
			cluster := &fleet.Cluster{}
			if err := c.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, cluster); err != nil {
				t.Fatal(err)
			}
			if cluster.Status.Holder != holder {
				t.Errorf("cluster %s is held by %q, want %q", name, cluster.Status.Holder, holder)
			}
		}
	}
	holders["of-dead"] = ""
	check(holders)

	now = now.Add(30 * time.Second)
	if err := replica("hub-1").renew(t.Context()); err != nil {
		t.Fatal(err)
	}
	now = now.Add(30 * time.Second) // the second was last seen a minute ago
	holders["of-second"] = ""
	check(holders)
}
