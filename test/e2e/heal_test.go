package e2e

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/fairlead/fairlead/api/v1alpha1"
	"github.com/fairlead/fairlead/internal/localkube"
	"github.com/fairlead/fairlead/internal/testenv"
)

// scale does what kubectl scale does: it writes the scale subresource's field.
func (f *fleet) scale(t *testing.T, cluster, namespace, name string, replicas int) {
	t.Helper()
	d, err := f.deployment(t, cluster, namespace, name)
	if err != nil {
		t.Fatal(err)
	}
	patch := fmt.Sprintf(`{"spec":{"replicas":%d}}`, replicas)
	if err := f.at[cluster].Patch(t.Context(), d, client.RawPatch(types.MergePatchType, []byte(patch)), client.FieldOwner("kubectl-edit")); err != nil {
		t.Fatal(err)
	}
}

func (f *fleet) awaitReplicas(t *testing.T, within time.Duration, cluster, namespace, name string, want int32) {
	t.Helper()
	eventually(t, within, func() error {
		d, err := f.deployment(t, cluster, namespace, name)
		if err != nil {
			return err
		}
		if d.Spec.Replicas == nil || *d.Spec.Replicas != want || d.DeletionTimestamp != nil {
			return fmt.Errorf("deployment %s on %s has %v replicas, want %d", name, cluster, d.Spec.Replicas, want)
		}
		return nil
	})
}

func TestDriftIsHealedWithoutAnyPoll(t *testing.T) {
	f := start(t)
	const name = "heal"
	repo := f.repository(t, name, fstest.MapFS{
		"app/web.yaml":   {Data: []byte(deploymentYAML("web", 2))},
		"app/model.yaml": {Data: []byte(configMapYAML("model", "version", "1"))},
	})
	f.label(t, name, "true", frankfurt)
	f.apply(t, set(name, repo.URL(), "app"))
	t.Cleanup(func() { f.remove(t, &v1alpha1.ApplicationSet{}, name) })
	f.awaitHealthy(t, "", name+"-"+frankfurt)

	f.scale(t, frankfurt, name, "web", 5)
	f.awaitReplicas(t, 10*time.Second, frankfurt, name, "web", 2)

	d, err := f.deployment(t, frankfurt, name, "web")
	if err != nil {
		t.Fatal(err)
	}
	uid := d.UID
	if err := f.at[frankfurt].Delete(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	eventually(t, 10*time.Second, func() error {
		d, err := f.deployment(t, frankfurt, name, "web")
		if err == nil && d.UID == uid {
			err = errors.New("the deleted deployment is still there")
		}
		return err
	})
	f.awaitHealthy(t, "", name+"-"+frankfurt)

	if err := f.at[frankfurt].Patch(t.Context(), configMapObject(name, "model"), client.RawPatch(types.MergePatchType, []byte(`{"data":{"version":"2"}}`))); err != nil {
		t.Fatal(err)
	}
	f.awaitConfigMap(t, frankfurt, name, "model", "version", "1")

	f.idleMinute(t, frankfurt)
}

// idleMinute counts what the agent asks of its API server while nothing
// happens: the watches that stand, and its lease.
func (f *fleet) idleMinute(t *testing.T, cluster string) {
	t.Helper()
	time.Sleep(5 * time.Second) // what was under way ends
	since := time.Now()
	time.Sleep(time.Minute)
	events, err := localkube.ReadAudit(testenv.ClusterAudit(t, clusterNumber[cluster]), since)
	if err != nil {
		t.Fatal(err)
	}
	leases, watches, others := 0, 0, 0
	for _, e := range events {
		if !strings.HasPrefix(e.UserAgent, "fairlead-agent") {
			others++
			continue
		}
		switch {
		case e.Verb == "watch":
			if e.Stage == "ResponseStarted" {
				watches++
			}
		case e.ObjectRef.Resource == "leases":
			leases++
		default:
			t.Errorf("an idle agent asked: %s %s", e.Verb, e.RequestURI)
		}
	}
	if leases == 0 {
		t.Errorf("no lease was renewed in the idle minute: is the agent's user agent still fairlead-agent? %d requests of others", others)
	}
	// The API server ends a watch after 5 to 10 minutes; few can fall into one.
	if watches > 10 {
		t.Errorf("%d watches were opened in an idle minute", watches)
	}
	t.Logf("idle minute on %s: %d lease requests, %d watches opened, nothing else", cluster, leases, watches)
}
